/** Where people find a record: the address of its page in Odoo and in Plane. */
import type { OdooVersion } from "../../odoo/version.ts";
import type { PublicUrls, SyncDependencies } from "./dependencies.ts";

/** What fields and templates say of where the two records are. Null: not known. */
export interface Addresses {
  /** The Odoo record's page; null also while it is not made. */
  odooRecord: string | null;
  /** The workspace in Plane, which the address of every work item begins with. */
  planeWorkspace: string | null;
  /** The letters of the work item's number, such as `WEB` of `WEB-12`. */
  identifier: string | null;
}

/**
 * The page of a record. Odoo 19 has an address for each; 17 keeps its place behind a `#`; the one that every version knows
 * finds it by way of the chatter.
 */
export function odooAddress(base: string, version: OdooVersion, model: string, id: number): string {
  const root = base.replace(/\/+$/, "");
  if (version.major >= 19) return `${root}/odoo/${model}/${id}`;
  if (version.major === 17) return `${root}/web#id=${id}&model=${model}&view_type=form`;
  return `${root}/mail/view?model=${model}&res_id=${id}`;
}

/** Plane's cloud has its API and its pages on two hosts. */
const PAGES_OF_API: Readonly<Record<string, string>> = { "api.plane.so": "app.plane.so" };

/** The workspace's address, from a base URL with or without `/api/v1`; null when it is no address. */
export function workspaceAddress({ plane, planeWorkspace }: PublicUrls): string | null {
  const url = plane === undefined || !URL.canParse(plane) ? null : new URL(plane);
  if (url === null || planeWorkspace === undefined) return null;
  url.host = PAGES_OF_API[url.host] ?? url.host;
  const path = url.pathname.replace(/\/+$/, "").replace(/\/api(\/v1)?$/, "");
  return `${url.origin}${path}/${encodeURIComponent(planeWorkspace)}`;
}

/** A work item's page. */
export function itemAddress(workspace: string, item: { project: string; id: string }): string {
  return `${workspace}/projects/${item.project}/issues/${item.id}`;
}

/** @param project where the number's letters are looked up; null: nobody needs them */
export async function addressesOf(
  record: { model: string; id: number | null },
  project: string | null,
  deps: SyncDependencies,
): Promise<Addresses> {
  const { urls } = deps;
  const { version } = await deps.capabilities();
  const known = urls?.odoo !== undefined && record.id !== null;
  return {
    odooRecord: known ? odooAddress(urls.odoo ?? "", version, record.model, record.id ?? 0) : null,
    planeWorkspace: urls === undefined ? null : workspaceAddress(urls),
    identifier: project === null ? null : await deps.plane?.directory.identifier(project) ?? null,
  };
}
