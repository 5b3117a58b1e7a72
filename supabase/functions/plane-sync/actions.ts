/**
 * What operators and the schedule may ask for: one row per `?action=`. A new action is a row here, its body's shape in
 * work_requests.ts or decision_requests.ts, and what it needs in action_dependencies.ts.
 */
import { SuiteError } from "../../../shared/errors.ts";
import type { ActionDependencies } from "./action_dependencies.ts";
import { explainOf, pauseOf, resolveOf, undoOf } from "./decision_requests.ts";
import { backfillOf, driftOf, manualSyncOf, replayOf, runOf, sweepOf } from "./work_requests.ts";

/** One authenticated request. */
export interface ActionRequest {
  method: Method;
  query: URLSearchParams;
  /**
   * The body as an object; an empty body is an empty object.
   *
   * @throws SuiteError body_not_json or body_too_large
   */
  body: () => Promise<Record<string, unknown>>;
  /** Who asks, as it is written down. */
  by: string;
}

export type Method = "GET" | "POST";

export interface Action {
  methods: readonly Method[];
  /** The key of the schedule may do this too. */
  cron?: true;
  /** What the answer has besides `ok` and `success`. */
  answer: (request: ActionRequest, deps: ActionDependencies) => Promise<Record<string, unknown>>;
}

export const ACTIONS: Readonly<Record<string, Action>> = {
  status: {
    methods: ["GET"],
    answer: (_request, deps) => deps.status(),
  },
  drain: {
    methods: ["POST"],
    cron: true,
    answer: async (_request, deps) => {
      deps.workInBackground();
      return { ...await deps.drain() };
    },
  },
  sweep: {
    methods: ["POST"],
    cron: true,
    answer: async ({ body }, deps) => {
      deps.workInBackground();
      const report = await deps.sweep(sweepOf(await body()));
      if (report.hints > 0) deps.drainInBackground();
      return { ...report };
    },
  },
  sync: {
    methods: ["GET", "POST"],
    answer: async ({ method, query, body, by }, deps) => {
      if (method === "GET") {
        const { run: id, offset } = runOf(query);
        const run = offset === undefined ? await deps.readRun(id) : await deps.listRecords(id, offset);
        if (run === null) {
          const what = offset === undefined ? "run" : "dry run";
          throw new SuiteError("not_found", { message: `There is no such ${what}.` });
        }
        return offset === undefined ? { run } : { ...run };
      }
      const wanted = await body();
      const backfill = backfillOf(wanted);
      if (backfill !== null) {
        const run_id = await deps.backfill({ ...backfill, by });
        deps.workInBackground();
        return { run_id };
      }
      const queued = await deps.sync(manualSyncOf(wanted));
      deps.drainInBackground();
      return { queued };
    },
  },
  drift: {
    methods: ["GET", "POST"],
    answer: async ({ method, query, body }, deps) => {
      const asked = ["project", "comments"].flatMap((name) =>
        query.has(name) ? [[name, query.get(name)]] : []
      );
      const { project, comments } = driftOf(method === "GET" ? Object.fromEntries(asked) : await body());
      return { ...await deps.drift(project, comments) };
    },
  },
  replay: {
    methods: ["POST"],
    answer: async ({ body }, deps) => {
      const replayed = await deps.replay(replayOf(await body()));
      deps.drainInBackground();
      return { replayed };
    },
  },
  conflicts: {
    methods: ["GET"],
    answer: async (_request, deps) => ({ conflicts: await deps.conflicts() }),
  },
  resolve: {
    methods: ["POST"],
    answer: async ({ body, by }, deps) => {
      const conflict = await deps.resolve(resolveOf(await body()), by);
      if (conflict === null) {
        throw new SuiteError("not_found", { message: "There is no such open conflict." });
      }
      deps.drainInBackground();
      return { conflict };
    },
  },
  explain: {
    methods: ["GET"],
    answer: async ({ query }, deps) => {
      const { entity, field } = explainOf(query);
      return { ...await deps.explain(entity, field) };
    },
  },
  undo: {
    methods: ["POST"],
    answer: async ({ body, by }, deps) => {
      const { selection, dryRun } = undoOf(await body());
      const answer = await deps.undo(selection, { dryRun, by });
      if (answer.run_id !== null) deps.drainInBackground();
      return { ...answer };
    },
  },
  pause: {
    methods: ["POST"],
    answer: async ({ body }, deps) => ({ switched: await deps.pause(pauseOf(await body())) }),
  },
  resume: {
    methods: ["POST"],
    answer: async ({ body }, deps) => {
      const switched = await deps.resume(pauseOf(await body()));
      deps.drainInBackground();
      return { switched };
    },
  },
};

/** Undefined when there is no such action. */
export function actionNamed(name: string | null): Action | undefined {
  return name !== null && Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}
