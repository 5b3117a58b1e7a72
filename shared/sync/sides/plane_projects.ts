/** Making a project in Plane, which wants a short identifier and a name nobody else has. */
import { SuiteError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import type { PlaneClient, PlaneProject } from "../../plane/client.ts";
import { nameForPlane } from "./project_name.ts";

/** Plane's limit. */
const LONGEST_IDENTIFIER = 12;
const TRIES = 20;

/**
 * Plane notices neither a second project with the same external pair nor says who has a taken name: so the list is looked at
 * first. A project of the same name that nobody has marked, and that has no partner, is the same project: it is taken.
 *
 * @throws SuiteError plane_conflict when the name belongs to another Odoo project
 */
export async function makeProject(
  client: PlaneClient,
  values: Readonly<Record<string, Json>>,
  external: { external_id: string; external_source: string },
  isPaired: (planeId: string) => Promise<boolean>,
): Promise<PlaneProject> {
  const name = String(values.name ?? "");
  const projects = await client.projects();
  const ours = projects.find(({ external_id, external_source }) =>
    external_id === external.external_id && external_source === external.external_source
  );
  if (ours !== undefined) return ours;
  // One from before Plane refused signs in a name may have them.
  const known = (text: string) => nameForPlane(text).trim().toLowerCase();
  const named = projects.find((project) => known(project.name) === known(name));
  if (named !== undefined) {
    const isAnothers = named.external_id !== null || named.archived_at !== null || await isPaired(named.id);
    if (isAnothers) throw new SuiteError("plane_conflict");
    return await client.updateProject(named.id, external);
  }
  const taken = new Set(projects.map(({ identifier }) => identifier.toUpperCase()));
  const identifier = identifiers(name).find((candidate) => !taken.has(candidate));
  if (identifier === undefined) throw new SuiteError("plane_conflict");
  const { archived_at: _archived, ...rest } = values;
  const made = await client.createProject({ ...rest, name, identifier, ...external });
  return made.created ? made.record : await client.project(made.id);
}

/** Identifiers for a name, the best first: `Web Site` gives `WEBSITE`, `WEBSITE2`, ... */
function identifiers(name: string): string[] {
  const letters = name.normalize("NFD").toUpperCase().replace(/[^A-Z0-9]/g, "") || "PROJECT";
  const short = letters.slice(0, 7);
  return [
    short,
    ...Array.from({ length: TRIES }, (_, index) => `${short.slice(0, LONGEST_IDENTIFIER - 2)}${index + 2}`),
  ];
}
