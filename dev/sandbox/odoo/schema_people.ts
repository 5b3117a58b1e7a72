/** Users, their groups and the people behind them. */
import { ACTIVE, type Model, model } from "./field.ts";

export function peopleModels(): Model[] {
  return [
    model("res.users", "User", "name, login", {
      active: ACTIVE,
      name: { kind: "char", label: "Name", required: true },
      login: { kind: "char", label: "Login", required: true },
      email: { kind: "char", label: "Email" },
      partner_id: { kind: "many2one", label: "Related Partner", relation: "res.partner" },
      share: { kind: "boolean", label: "Share User" },
      lang: { kind: "char", label: "Language", initial: "en_US" },
      tz: { kind: "char", label: "Timezone" },
      password: { kind: "char", label: "Password", secret: true },
      group_ids: { kind: "many2many", label: "Groups", relation: "res.groups" },
    }),
    model("res.partner", "Contact", "name, id desc", {
      active: ACTIVE,
      name: { kind: "char", label: "Name" },
      email: { kind: "char", label: "Email" },
    }),
    model("res.groups", "Access Groups", "name, id", {
      name: { kind: "char", label: "Name", required: true },
    }),
  ];
}
