/** Odoo's own account of its version, in the two shapes the protocols give it. */
import { z } from "zod";

export interface OdooVersion {
  major: number;
  /** As Odoo prints it, such as `19.0` or `saas~18.2`. */
  text: string;
}

const versionInfo = z.tuple([z.union([z.number(), z.string()])]).rest(z.unknown());
const answers = z.union([
  z.object({ version: z.string(), version_info: versionInfo }).transform((found) => ({
    text: found.version,
    first: found.version_info[0],
  })),
  z.object({ server_version: z.string(), server_version_info: versionInfo }).transform((found) => ({
    text: found.server_version,
    first: found.server_version_info[0],
  })),
]);

/** Undefined when it is not a version answer. Odoo Online writes the major as text: `saas~18`. */
export function parseVersion(answer: unknown): OdooVersion | undefined {
  const parsed = answers.safeParse(answer);
  if (!parsed.success) return undefined;
  const major = Number(/\d+/.exec(String(parsed.data.first))?.[0]);
  return Number.isInteger(major) ? { major, text: parsed.data.text } : undefined;
}
