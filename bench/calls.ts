/**
 * What an edit costs in calls to either side, counted at the doors of both sandboxes while the real engine and real SQL carry it
 * over. Nothing here depends on how fast the machine is: a target that is missed is a fault, and ends the bench with code 1.
 */
import { type Counted, countEdits } from "./calls/edits.ts";
import type { Bench, Figure } from "./report.ts";

export const calls: Bench = async (report) => {
  report("edits on both sides, and their echoes");
  const counted = await countEdits();
  const figure = (name: keyof Counted, atMost: number, meaning: string): Figure => ({
    name,
    value: counted[name],
    targets: [{ atMost }],
    meaning,
  });
  const figures = [
    figure("plane_calls_update_to_odoo", 0, "an edit in Plane, announced by a v1 webhook: requests to Plane"),
    figure("odoo_writes_update_to_odoo", 1, "the same: writes to Odoo"),
    figure("odoo_reads_update_to_odoo", 2, "the same: the look before the write and the reading back"),
    figure("plane_reads_update_to_plane", 1, "an edit in Odoo, announced: reads from Plane"),
    figure("plane_writes_update_to_plane", 1, "the same: writes to Plane"),
    figure("echo_calls", 0, "Plane's v1 webhook about our own write: requests to either side"),
    figure("echo_reads_v2", 1, "Plane's v2 webhook about our own write: requests to either side"),
    figure("echo_reads_odoo", 1, "Odoo's hint about our own write: requests to either side"),
    figure("writes_for_six_fields", 1, "six fields in one request to Plane, six webhooks: writes to Odoo"),
  ];
  return {
    figures,
    versions: {},
    remarks: [
      "Each figure is the worst of three edits; capabilities and lists that are kept for minutes were asked for before.",
    ],
  };
};
