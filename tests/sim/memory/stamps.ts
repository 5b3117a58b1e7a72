/** Milliseconds as the comparable stamps of `shared/stamp.ts`. */
export function stamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("Z", "000Z");
}
