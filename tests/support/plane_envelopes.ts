/** Whole Plane v1 envelopes for tests, as the captured ones look; only what a test is about is given. */

export const PROJECT = "e26b06b2-6d78-487e-a3b4-bddd7534716f";
export const ISSUE = "82bf3b73-f607-4d0b-9950-ccae760eb5cb";
export const STATES = {
  backlog: {
    id: "10000000-0000-4000-8000-000000000001",
    name: "Backlog",
    color: "#60646C",
    group: "backlog",
  },
  todo: { id: "10000000-0000-4000-8000-000000000002", name: "Todo", color: "#60646C", group: "unstarted" },
  started: {
    id: "10000000-0000-4000-8000-000000000003",
    name: "In Progress",
    color: "#F59E0B",
    group: "started",
  },
  done: { id: "10000000-0000-4000-8000-000000000004", name: "Done", color: "#46A758", group: "completed" },
  cancelled: {
    id: "10000000-0000-4000-8000-000000000005",
    name: "Cancelled",
    color: "#9AA4BC",
    group: "cancelled",
  },
} as const;

/** The n-th of a row of stamps, a second apart. */
export function stamp(n: number): string {
  return `2026-11-21T02:${String(Math.floor(n / 60)).padStart(2, "0")}:${
    String(n % 60).padStart(2, "0")
  }.500000Z`;
}

export function person(n: number, email = `person${n}@example.test`) {
  return {
    id: `20000000-0000-4000-8000-00000000000${n}`,
    first_name: "P",
    last_name: String(n),
    email,
    avatar: "",
    avatar_url: null,
    display_name: `p${n}`,
  };
}

export function label(n: number, name: string) {
  return { id: `30000000-0000-4000-8000-00000000000${n}`, name, color: "#dc2626" };
}

const actor = person(9);

function envelope(event: string, action: string, data: object, field: string | null): object {
  return {
    event,
    action,
    webhook_id: "ae8445ab-c0db-4e1e-81da-0acdecb71134",
    workspace_id: "d35275a2-3713-409e-836d-77c50c22f8d1",
    data,
    activity: { field, new_value: null, old_value: null, actor, old_identifier: null, new_identifier: null },
  };
}

export function projectEnvelope(n: number, data: object = {}, action = "created"): object {
  return envelope("project", action, {
    id: PROJECT,
    created_at: stamp(0),
    updated_at: stamp(n),
    deleted_at: null,
    name: "Website",
    description: "",
    description_text: null,
    description_html: null,
    identifier: "WEB",
    archived_at: null,
    workspace: "d35275a2-3713-409e-836d-77c50c22f8d1",
    ...data,
  }, action === "created" ? null : "name");
}

export function issueEnvelope(n: number, data: object = {}, action = "created"): object {
  return envelope("issue", action, {
    id: ISSUE,
    labels: [],
    assignees: [],
    state: STATES.todo,
    created_at: stamp(0),
    updated_at: stamp(n),
    deleted_at: null,
    name: "A work item",
    description_html: "<p></p>",
    priority: "none",
    start_date: null,
    target_date: null,
    sequence_id: 1,
    sort_order: 65535.0,
    completed_at: null,
    archived_at: null,
    is_draft: false,
    external_source: null,
    external_id: null,
    project: PROJECT,
    workspace: "d35275a2-3713-409e-836d-77c50c22f8d1",
    parent: null,
    ...data,
  }, action === "created" ? null : "name");
}
