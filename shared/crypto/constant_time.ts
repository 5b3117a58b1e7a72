import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const key = randomBytes(32);

/** True when both texts are equal; the time taken says nothing about where or whether they differ, nor their lengths. */
export function equalInConstantTime(left: string, right: string): boolean {
  const digest = (value: string) => createHmac("sha256", key).update(value).digest();
  return timingSafeEqual(digest(left), digest(right));
}
