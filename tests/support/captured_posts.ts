/** The webhooks a real Plane posted, each with the secret that signed it. */
import { capturedWebhooks } from "../contract/plane_replay/captures.ts";

export interface CapturedPost {
  seq: number;
  note: string;
  /** The signed bytes as text; pure ASCII. */
  text: string;
  bytes: Uint8Array;
  signature: string;
  deliveryId: string;
  secret: string;
}

/** What the captures' README says: path and, for the second webhook, before and after its secret was made anew. */
function secretOf(path: string, seq: number): string {
  if (path === "/hook2") {
    return seq < 145
      ? "plane_wh_3dd8203793454e0a90c964b939144456"
      : "plane_wh_17322c6868bf4ad2bd28b4a5f282c236";
  }
  return "plane_wh_394cc161d450419da4ae1937d8b1eecb";
}

/** In order of arrival. Throws an Error when a header that every POST carries is missing. */
export function capturedPosts(): CapturedPost[] {
  return capturedWebhooks().filter(({ method }) => method === "POST").map(
    ({ seq, note, path, headers, body }) => {
      const { "X-Plane-Signature": signature, "X-Plane-Delivery": deliveryId } = headers;
      if (signature === undefined || deliveryId === undefined) throw new Error(`${seq} lacks a header`);
      const bytes = new TextEncoder().encode(body);
      return { seq, note, text: body, bytes, signature, deliveryId, secret: secretOf(path, seq) };
    },
  );
}

/** The posts with these numbers, in this order. */
export function capturedPost(...seqs: number[]): CapturedPost[] {
  const posts = capturedPosts();
  return seqs.map((seq) => {
    const found = posts.find((post) => post.seq === seq);
    if (found === undefined) throw new Error(`no POST ${seq}`);
    return found;
  });
}
