/** What can be written to Plane. What is left out stays as it is; unknown names are ignored by Plane with a 200. */

/** Both or neither: Plane looks for a duplicate only when it is given the pair. */
interface External {
  readonly external_id?: string | null;
  readonly external_source?: string | null;
}

/** Ids are of the same project; people outside it and guests are dropped silently, even when nobody is left then. */
export interface PlaneWorkItemValues extends External {
  /** 1 to 255 characters. */
  readonly name?: string;
  /** Never empty: `<p></p>` for nothing. Plane stores its own form of it. */
  readonly description_html?: string;
  readonly priority?: "urgent" | "high" | "medium" | "low" | "none";
  readonly state?: string;
  readonly parent?: string | null;
  readonly assignees?: readonly string[];
  readonly labels?: readonly string[];
  /** `YYYY-MM-DD`, the start not after the target. */
  readonly start_date?: string | null;
  readonly target_date?: string | null;
  /** A day or null; the community edition has no other way to archive over REST. */
  readonly archived_at?: string | null;
}

export interface PlaneProjectValues extends External {
  readonly name?: string;
  /** Short capitals, the prefix of work item numbers. */
  readonly identifier?: string;
  /** Plain text. */
  readonly description?: string;
  /** Somebody of the workspace; becomes a member of a new project. */
  readonly project_lead?: string | null;
  readonly default_assignee?: string | null;
  /** Whether the project has cycles, and modules. */
  readonly cycle_view?: boolean;
  readonly module_view?: boolean;
  /** A name such as `Europe/Berlin`. */
  readonly timezone?: string;
}

export interface PlaneLinkValues {
  /** http or https; one link per address and work item: another one is `plane_rejected`. */
  readonly url?: string;
  readonly title?: string | null;
}

export interface PlaneCommentValues extends External {
  readonly comment_html?: string;
  readonly access?: "INTERNAL" | "EXTERNAL";
}

export interface PlaneStateValues extends External {
  readonly name?: string;
  readonly color?: string;
  readonly group?: "backlog" | "unstarted" | "started" | "completed" | "cancelled";
}

export interface PlaneLabelValues extends External {
  readonly name?: string;
  readonly color?: string;
  readonly parent?: string | null;
}

/** What a creation came to: a new record, or the one that was there (same external id, or same name for states and labels). */
export type Created<Record> =
  | { readonly created: true; readonly id: string; readonly record: Record }
  | { readonly created: false; readonly id: string };

/** What a list or record shows. `orderBy`: a field, `-` in front for descending; an unknown one is a 500 in Plane. */
export interface PlaneQuery {
  readonly fields?: readonly string[];
  readonly expand?: readonly string[];
  readonly orderBy?: string;
  /** Where an earlier reading of the same list stopped: how many rows it had read, and the ids of the last of them. */
  readonly resume?: { readonly offset: number; readonly tail: readonly string[] };
}
