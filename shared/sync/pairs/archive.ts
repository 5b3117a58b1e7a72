import type { EndInOdoo } from "./endings.ts";

/** How an Odoo record ends unless its kind says otherwise. */
export const ARCHIVE: EndInOdoo = {
  field: "archived",
  values: { active: false },
  isDone: (record) => record.active === false,
};
