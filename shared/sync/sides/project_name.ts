/** A project's name as Plane takes it. */

/** What Plane refuses in the name of a project, over the API and in its web app (community edition 1.3.1). */
const REFUSED = /[&+,:;$^}{*=?@#|'<>.()%!-]/g;

/** Where there is something better than the wide form of a character. */
const BETTER: Readonly<Record<string, string>> = { "-": "\u2010", "'": "\u2019" };
/** From an ASCII character to its wide form. */
const TO_WIDE = 0xfee0;

/** The name with what Plane refuses replaced by what looks like it, sign for sign: two names do not become one. */
export function nameForPlane(name: string): string {
  return name.replace(REFUSED, (sign) => BETTER[sign] ?? String.fromCharCode(sign.charCodeAt(0) + TO_WIDE));
}
