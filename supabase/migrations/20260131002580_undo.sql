-- Taking back what the synchronisation did: an order per field, kept where people's decisions are kept, and carried out by the
-- next look at the pair.

-- p_orders: list of {mapping_id, field, undo: {log_id, apart?, parts: [{side, from, to, base}]}}. Writes the run of kind `undo`, which
-- is done once the orders are left: what came of each is in plane.sync_log under its id. A field with an open conflict is left
-- alone, and so is a pair that has gone or lost a side. Returns the run's id and the places (from 0) of the orders that were left
-- alone.
create function plane.order_undo(
  p_orders jsonb, p_scope jsonb, p_report jsonb, p_by text, p_now timestamptz default clock_timestamp()
) returns table (run_id uuid, refused integer[])
language plpgsql set search_path = '' as $$
declare
  v_run uuid;
  v_refused integer[] := '{}';
  v_order record;
  v_hint uuid;
begin
  insert into plane.sync_run (kind, scope, status, report, requested_by, created_at, started_at, updated_at, finished_at)
  values ('undo', p_scope, 'done', p_report, p_by, p_now, p_now, p_now, p_now)
  returning id into v_run;

  -- The queue's rows before the conflicts', and in one order, as settling does.
  perform q.id from plane.sync_queue q
  where q.entity_key in (
    select k from jsonb_array_elements(p_orders) o
    join plane.sync_mappings m on m.id = (o ->> 'mapping_id')::uuid,
    lateral unnest(array[m.plane_type || ':' || m.plane_id, m.odoo_model || ':' || m.odoo_id]) k
  )
  order by q.id for update;

  v_refused := array(
    select (o.ordinality - 1)::integer from jsonb_array_elements(p_orders) with ordinality o
    where not exists (
      select from plane.sync_mappings m
      where m.id = (o.value ->> 'mapping_id')::uuid and m.plane_id is not null and m.odoo_id is not null
    )
  );
  for v_order in
    select m.id, m.plane_type, m.plane_id, m.plane_project_id, m.odoo_model, m.odoo_id, o.field, o.undo, o.place
    from (
      select (e.value ->> 'mapping_id')::uuid as mapping_id, e.value ->> 'field' as field, e.value -> 'undo' as undo,
        e.ordinality - 1 as place
      from jsonb_array_elements(p_orders) with ordinality e
    ) o join plane.sync_mappings m on m.id = o.mapping_id and o.place <> all (v_refused)
    order by m.plane_type, m.plane_id, o.place
  loop
    v_hint := plane.leave_hint(jsonb_build_object(
      'key', jsonb_build_object('side', 'odoo', 'model', v_order.odoo_model, 'id', v_order.odoo_id), 'priority', 7
    ), p_now);
    v_hint := plane.leave_hint(jsonb_build_object(
      'key', jsonb_build_object('side', 'plane', 'type', v_order.plane_type, 'id', v_order.plane_id), 'priority', 7,
      'projectId', v_order.plane_project_id
    ), p_now);
    update plane.sync_queue q set run_id = v_run where q.id = v_hint;
    insert into plane.sync_conflict (
      mapping_id, field, resolution, resolved_by, resolution_generation, created_at, updated_at
    )
    select v_order.id, v_order.field, jsonb_build_object('value', null, 'undo', v_order.undo), p_by, q.generation, p_now, p_now
    from plane.sync_queue q where q.id = v_hint
    on conflict (mapping_id, field) where status = 'open' do nothing;
    if not found then
      v_refused := v_refused || v_order.place::integer;
    end if;
  end loop;
  return query select v_run, array(select r from unnest(v_refused) r order by r);
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
