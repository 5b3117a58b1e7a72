/** What Odoo tells of its changes: an add-on's signed outbox, or a stock automation rule that calls out inside the transaction. */
import type { InProcessSandboxOdoo } from "../../../dev/sandbox/odoo/server.ts";
import { normaliseOdoo } from "../../../shared/webhook/normalise_odoo.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Receive } from "./plane_hooks.ts";
import type { OdooHooks } from "./schedule.ts";
import type { Trouble } from "./trouble.ts";

const WATCHED = new Set(["project.task", "project.project", "mail.message"]);
/** Odoo's own chatter is in the same table: the rule leaves it out. */
const HUMAN_TYPES: readonly unknown[] = ["comment", "email"];

export interface OdooHookOptions {
  kernel: Kernel;
  odoo: InProcessSandboxOdoo;
  trouble: Trouble;
  hooks: OdooHooks;
  receive: Receive;
  newId: () => string;
  /** The receiver's clock, ms since 1970. */
  now: () => number;
}

export function installOdooHooks(options: OdooHookOptions): void {
  const { kernel, odoo, trouble, hooks, receive, newId, now } = options;
  const said = new Set<number>();
  /** Also of a message that is deleted by now. */
  const isSaid = (id: number): boolean => {
    const message = odoo.world.database.row("mail.message", id);
    if (message !== undefined && HUMAN_TYPES.includes(message.message_type)) said.add(id);
    return said.has(id);
  };
  odoo.world.database.onTransaction = (touched, committed) => {
    // The add-on writes its outbox in the same transaction; 17 and 18 call out before they know how it ends.
    if (hooks === "none" || (hooks === "addon" && !committed)) return;
    const seen = new Set<string>();
    for (const { model, id, kind } of touched) {
      if (!WATCHED.has(model) || seen.has(`${model} ${id}`)) continue;
      if (model === "mail.message" && !isSaid(id)) continue;
      seen.add(`${model} ${id}`);
      const action = kind === "unlink" ? "unlink" : kind;
      const deliveryId = newId();
      const body = hooks === "addon"
        ? { model, action, data: { id }, delivery_id: deliveryId }
        : { _model: model, _id: id, _action: "sync" };
      deliver(JSON.stringify(body));
    }
  };

  const deliver = (body: string): void => {
    const { random } = trouble;
    if (trouble.chance("webhookLost")) return;
    const arrive = (afterMs: number) =>
      void kernel.after(afterMs, null, () => {
        kernel.trace.add(kernel.now, `odoo webhook ${body.slice(0, 60)}`);
        return receive(normaliseOdoo(JSON.parse(body), newId(), now()), body);
      });
    arrive(trouble.chance("webhookDelayed") ? random.between(1_000, 900_000) : random.between(5, 300));
    if (trouble.chance("webhookDoubled")) arrive(random.between(5, 120_000));
  };
}
