/** The answer of `?action=status`: what is synchronised, what waits, what is wrong and what to do about it. */
import { checkPair } from "../sync/pairs/check_pair.ts";
import type { ConfigProblem } from "../sync/pairs/config_problem.ts";
import { configOf, pairName } from "../sync/pairs/configuration.ts";
import { kindOf } from "../sync/kinds.ts";
import type { OdooCapabilities } from "../odoo/capabilities.ts";
import { actionsOf, type SweepDescription } from "../sweep/describe.ts";
import type { StatusRows } from "../store/operators/status.ts";

export interface StatusFacts {
  rows: StatusRows;
  sweeps: SweepDescription;
  /** Undefined: Odoo was not asked, or did not answer. */
  capabilities: OdooCapabilities | undefined;
  configured: { plane_webhook: boolean; odoo_webhook: boolean; plane_api: boolean; odoo: boolean };
  now: Date;
}

export function describeStatus({ rows, sweeps, capabilities, configured, now }: StatusFacts) {
  const { config, switches, paused_entities, next_actions, ...shown } = rows;
  // A webhook nobody has configured is silent by intention.
  const isMeant = ({ source }: { source: string }) =>
    source === "plane" ? configured.plane_webhook : configured.odoo_webhook;
  // The view says of these as much as SQL can know.
  const elsewhere = next_actions.filter(({ topic }) => topic !== "brake" && topic !== "webhook_silent");
  const webhook_silent = sweeps.webhook_silent.filter(isMeant);
  const everything = switches.find(({ name }) => name === "all");
  const config_problems: ConfigProblem[] = config.flatMap((row) =>
    checkPair(configOf(row), kindOf(row.plane_type, row.odoo_model), capabilities)
  );
  return {
    ok: true,
    success: true,
    ...shown,
    next_actions: [...elsewhere, ...actionsOf({ ...sweeps, webhook_silent })].toSorted((left, right) =>
      Number(left.urgency) - Number(right.urgency)
    ),
    sweeps: {
      staleness: sweeps.staleness,
      webhook_silent,
      brakes: sweeps.brakes,
      unseen_projects: sweeps.unseen_projects,
    },
    paused: {
      all: everything === undefined
        ? null
        : { reason: everything.reason, since: everything.since, until: everything.until },
      pairs: config.filter(({ enabled }) => !enabled).map((row) => pairName(configOf(row))),
      entities: paused_entities,
    },
    breakers: switches.filter(({ name }) => name !== "all").map((
      { name, state, reason, failures, since, until },
    ) => ({
      upstream: name,
      state,
      reason,
      failures,
      since,
      next_probe_at: until,
    })),
    config_problems,
    configured,
    odoo: capabilities === undefined
      ? null
      : { version: capabilities.version.text, priorities: capabilities.priorities },
    last_checked: now.toISOString(),
  };
}
