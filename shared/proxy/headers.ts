/** Which headers pass. Both lists name what passes; everything else stays, whatever it is called. */

/** Credentials, hop-by-hop headers, cookies, method overrides and `x-forwarded-*` are not among them. */
const TO_PLANE = ["accept", "accept-language", "content-type", "if-none-match", "if-modified-since"];

const TO_CALLER = [
  "allow",
  "cache-control",
  "content-disposition",
  "content-language",
  "content-type",
  "deprecation",
  "etag",
  "expires",
  "last-modified",
  "link",
  "retry-after",
  "sunset",
  "vary",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "x-request-id",
];

const LONGEST_VALUE = 4_096;

/** The caller's headers that go to Plane. What `Connection` names belongs to this hop alone and stays too. */
export function headersToPlane(headers: Headers): Record<string, string> {
  const ofThisHop = (headers.get("connection") ?? "").toLowerCase().split(",").map((name) => name.trim());
  return Object.fromEntries(
    TO_PLANE.filter((name) => !ofThisHop.includes(name)).flatMap((name) => {
      const value = headers.get(name);
      return value === null || value.length > LONGEST_VALUE ? [] : [[name, value]];
    }),
  );
}

/** Plane's headers that go to the caller: no cookie, nothing about Plane's server or its connection. */
export function headersToCaller(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    TO_CALLER.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}
