/** `ssot/secrets/registry.yaml`, checked. */
import { parse } from "yaml";
import { z } from "zod";

const ROOT = new URL("../../../", import.meta.url);
const sentence = z.string().min(3);

const secret = z.strictObject({
  what: sentence,
  lives_in: z.enum(["environment", "vault", "database", "callers"]),
  variables: z.array(z.string()).min(1).optional(),
  vault: z.string().optional(),
  columns: z.array(z.string().regex(/^[a-z]+(\.[a-z_]+){2}$/)).min(1).optional(),
  read_by: z.array(z.string()).min(1),
  issued_by: sentence,
  allows: sentence,
  overlap: z.enum(["two-live", "two-issued", "restart", "none"]),
}).refine(
  ({ lives_in, variables, vault, columns }) =>
    (lives_in === "environment") === (variables !== undefined) &&
    (lives_in === "vault") === (vault !== undefined) &&
    (lives_in === "database") === (columns !== undefined),
  "what lives in the environment has variables, in Vault a name, in the database columns",
);

const registrySchema = z.strictObject({
  version: z.literal(1),
  secrets: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), secret),
  not_secret: z.record(z.string(), sentence),
});

export type Registry = z.infer<typeof registrySchema>;

export async function readRegistry(): Promise<Registry> {
  return registrySchema.parse(parse(await readProject("ssot/secrets/registry.yaml")));
}

/** A file of the project, by its path from the root. */
export function readProject(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}
