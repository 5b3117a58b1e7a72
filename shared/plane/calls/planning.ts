/** Cycles and modules, and which work items are in them: joining and leaving sends no webhook. */
import {
  type PlaneCycle,
  planeCycleSchema,
  type PlaneModule,
  planeModuleSchema,
} from "../planning_schemas.ts";
import { listRecords, queryRows, readRecord } from "../records.ts";
import type { PlaneCall } from "../transport.ts";
import { VocabularyCalls } from "./vocabulary.ts";

export class PlanningCalls extends VocabularyCalls {
  /** Cycles that are not archived, the newest first. */
  cycles(projectId: string, call: PlaneCall = {}): Promise<PlaneCycle[]> {
    const path = this.inProject(projectId, "cycles");
    return listRecords(this.send, "list cycles", path, planeCycleSchema, call);
  }

  cycle(projectId: string, cycleId: string, call: PlaneCall = {}): Promise<PlaneCycle> {
    const path = this.inProject(projectId, "cycles", cycleId);
    return readRecord(this.send, "read cycle", path, planeCycleSchema, call);
  }

  /** The ids of the work items in a cycle, archived ones left out. A work item is in one cycle at most. */
  cycleItems(projectId: string, cycleId: string, call: PlaneCall = {}): Promise<string[]> {
    return this.#held("list cycle items", this.inProject(projectId, "cycles", cycleId, "cycle-issues"), call);
  }

  /** Modules that are not archived, the newest first. */
  modules(projectId: string, call: PlaneCall = {}): Promise<PlaneModule[]> {
    const path = this.inProject(projectId, "modules");
    return listRecords(this.send, "list modules", path, planeModuleSchema, call);
  }

  module(projectId: string, moduleId: string, call: PlaneCall = {}): Promise<PlaneModule> {
    const path = this.inProject(projectId, "modules", moduleId);
    return readRecord(this.send, "read module", path, planeModuleSchema, call);
  }

  /**
   * The ids of the work items in a module, archived ones left out. Nothing else tells of the membership: joining a module
   * does not move a work item's `updated_at`.
   */
  moduleItems(projectId: string, moduleId: string, call: PlaneCall = {}): Promise<string[]> {
    const path = this.inProject(projectId, "modules", moduleId, "module-issues");
    return this.#held("list module items", path, call);
  }

  async #held(operation: string, path: string[], call: PlaneCall): Promise<string[]> {
    const query = { fields: ["id"], orderBy: "created_at" };
    const found: string[] = [];
    for await (const row of queryRows(this.send, operation, path, query, call)) found.push(row.id);
    return found;
  }
}
