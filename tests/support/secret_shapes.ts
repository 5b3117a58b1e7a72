/** What secrets of the systems around us look like, for tests that a text holds none. */

const SHAPES: readonly RegExp[] = [
  // Plane's API keys, webhook secrets and OAuth tokens.
  /plane_(api|wh)_[0-9a-f]{8,}/g,
  /\bpln_(bot_|refresh_)?[A-Za-z0-9]{12,}/g,
  // Supabase's secret keys, and any signed token.
  /\bsb_secret_[A-Za-z0-9_-]{8,}/g,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  // A password in an address, unless it is a placeholder.
  /:\/\/[^\s/:@<]+:(?!<|\.\.\.)[^\s/@]+@/g,
  // Thirty-two hex digits or more that are not part of a longer word: a key or a digest.
  /(?<![\w-])[0-9a-f]{32,}(?![\w-])/g,
];

/** Everything in the text that looks like a secret. */
export function findSecrets(text: string): string[] {
  return SHAPES.flatMap((shape) => [...text.matchAll(shape)].map(([found]) => found));
}
