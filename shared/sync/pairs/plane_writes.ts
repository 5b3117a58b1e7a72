/** What a kind can do in Plane. */
import type { Json } from "../../json.ts";
import type { PlaneAccess } from "../sides/dependencies.ts";

/** How records of the kind are made and changed in Plane. Absent: this kind never goes there. */
export interface PlaneWrites<Form> {
  /** A 409 names the record that has the external pair already; it is read. */
  make: (
    plane: PlaneAccess,
    projectId: string | null,
    values: Readonly<Record<string, Json>>,
    external: { external_id: string; external_source: string },
    /** Whether a record of Plane's has a partner: then it is not this one's. */
    isPaired: (planeId: string) => Promise<boolean>,
  ) => Promise<Form>;
  update: (plane: PlaneAccess, form: Form, values: Readonly<Record<string, Json>>) => Promise<Form>;
}
