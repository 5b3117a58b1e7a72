/** What a backfill is asked to bring together. */
import { z } from "zod";

const backfillScopeSchema = z.object({
  /** A Plane project, by id; null: every project that takes part. */
  project: z.string().nullable(),
  /**
   * Which side's records get partners. Pairs that exist are brought up to date both ways, as their configuration says.
   */
  direction: z.enum(["both", "to_odoo", "to_plane"]),
});

export type BackfillScope = z.output<typeof backfillScopeSchema>;

/** What the run's row says; anybody may have written it by hand. Null: it is no scope. */
export function readScope(scope: unknown): BackfillScope | null {
  return backfillScopeSchema.safeParse(scope).data ?? null;
}
