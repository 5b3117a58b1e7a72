/** What a project's work items are described with: states and labels. */
import { createRecord, listRecords, updateRecord } from "../records.ts";
import { type PlaneLabel, planeLabelSchema, type PlaneState, planeStateSchema } from "../schemas.ts";
import type { PlaneCall } from "../transport.ts";
import type { Created, PlaneLabelValues, PlaneStateValues } from "../values.ts";
import { TrailCalls } from "./trail.ts";

export class VocabularyCalls extends TrailCalls {
  /** All states but the hidden triage state. */
  states(projectId: string, call: PlaneCall = {}): Promise<PlaneState[]> {
    const path = this.inProject(projectId, "states");
    return listRecords(this.send, "list states", path, planeStateSchema, call);
  }

  createState(projectId: string, values: PlaneStateValues, call?: PlaneCall): Promise<Created<PlaneState>> {
    const path = this.inProject(projectId, "states");
    return createRecord(this.send, "create state", path, planeStateSchema, values, call);
  }

  updateState(
    projectId: string,
    stateId: string,
    values: PlaneStateValues,
    call?: PlaneCall,
  ): Promise<PlaneState> {
    const path = this.inProject(projectId, "states", stateId);
    return updateRecord(this.send, "update state", path, planeStateSchema, values, call);
  }

  labels(projectId: string, call: PlaneCall = {}): Promise<PlaneLabel[]> {
    const path = this.inProject(projectId, "labels");
    return listRecords(this.send, "list labels", path, planeLabelSchema, call);
  }

  createLabel(projectId: string, values: PlaneLabelValues, call?: PlaneCall): Promise<Created<PlaneLabel>> {
    const path = this.inProject(projectId, "labels");
    return createRecord(this.send, "create label", path, planeLabelSchema, values, call);
  }

  updateLabel(
    projectId: string,
    labelId: string,
    values: PlaneLabelValues,
    call?: PlaneCall,
  ): Promise<PlaneLabel> {
    const path = this.inProject(projectId, "labels", labelId);
    return updateRecord(this.send, "update label", path, planeLabelSchema, values, call);
  }
}
