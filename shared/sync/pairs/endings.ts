/** How a kind ends: what becomes of the record that is left of a pair, and of one whose making is taken back. */
import type { Json } from "../../json.ts";
import type { OdooRecord } from "../../odoo/client.ts";
import type { Lease } from "../../queue/lease.ts";
import type { SyncDependencies } from "../sides/dependencies.ts";
import type { Lens } from "../lenses/lens.ts";

/** What becomes of the record that is left when its partner is deleted, where it is not archived. True: something was written. */
export interface WhenGone<Form> {
  /** @param remove it is to be deleted too, and nobody has changed it since */
  inOdoo: (record: OdooRecord, remove: boolean, deps: SyncDependencies) => Promise<boolean>;
  inPlane: (form: Form, remove: boolean, deps: SyncDependencies, lease: Lease) => Promise<boolean>;
}

/** What becomes of an Odoo record whose Plane record is gone. */
export interface EndInOdoo {
  /** The field that shows it, in both bases. */
  field: string;
  values: Readonly<Record<string, Json>>;
  isDone: (record: OdooRecord) => boolean;
}

/** How a record that was made is put away when its making is taken back. */
export interface PutAway<Form> {
  /** The field that shows it. A lens whose values are something else is given `from: true` to restore. */
  field: string;
  /** For a field that nobody can map; absent: the configuration must map it. */
  lens?: Lens<Form>;
}
