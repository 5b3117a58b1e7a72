/** Writes docs/openapi.json from the schemas: `deno run -A dev/openapi_docs.ts`. A test says when it is stale. */
import { openApiDocument } from "../shared/proxy/openapi.ts";

export const OPENAPI_FILE = new URL("../docs/openapi.json", import.meta.url);

export function openApiDocs(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`;
}

if (import.meta.main) await Deno.writeTextFile(OPENAPI_FILE, openApiDocs());
