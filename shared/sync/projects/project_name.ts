/** A project's name: Plane refuses many characters in it that Odoo's names have. */
import type { Lens } from "../lenses/lens.ts";
import { nameLens } from "../lenses/common_lenses.ts";
import type { ProjectForm } from "../sides/plane_forms.ts";

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

/** Odoo keeps the name it has. A name that is changed in Plane arrives in Odoo as it is there. */
export const projectNameLens: Lens<ProjectForm> = {
  ...nameLens,
  toPlane: (record, form, context) => {
    const target = nameLens.toPlane?.(record, form, context) ?? null;
    if (target === null) return null;
    const name = nameForPlane(String(target.value));
    return { ...target, values: { name }, value: name };
  },
  // Where an older Plane has the refused signs, that is no difference.
  sameInPlane: (left, right) =>
    nameLens.sameInPlane?.(nameForPlane(String(left)), nameForPlane(String(right))) ?? left === right,
};
