-- What people decide: how a conflict ends, and what shall not be synchronised for a while.

-- Chooses how an open conflict ends: {"side": "plane"}, {"side": "odoo"}, or {"value": ...} in Plane's form. The pair gets its
-- hint in the same transaction, and the next look at it carries the choice out; until then another choice may be made. False:
-- there is no such open conflict, and nothing was changed.
create function plane.resolve_conflict(
  p_id uuid, p_resolution jsonb, p_by text, p_now timestamptz default clock_timestamp()
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_mapping plane.sync_mappings;
  v_hint uuid;
begin
  select m.* into v_mapping from plane.sync_conflict c join plane.sync_mappings m on m.id = c.mapping_id
  where c.id = p_id and c.status = 'open';
  if not found then
    return false;
  end if;
  -- The queue's row before the conflict's, as settling does. Both sides are named, so both are looked at.
  if v_mapping.odoo_id is not null then
    v_hint := plane.leave_hint(jsonb_build_object(
      'key', jsonb_build_object('side', 'odoo', 'model', v_mapping.odoo_model, 'id', v_mapping.odoo_id), 'priority', 7
    ), p_now);
  end if;
  if v_mapping.plane_id is not null then
    v_hint := plane.leave_hint(jsonb_build_object(
      'key', jsonb_build_object('side', 'plane', 'type', v_mapping.plane_type, 'id', v_mapping.plane_id), 'priority', 7,
      'projectId', v_mapping.plane_project_id
    ), p_now);
  end if;
  update plane.sync_conflict c set
    resolution = p_resolution, resolved_by = p_by, updated_at = p_now,
    resolution_generation = (select q.generation from plane.sync_queue q where q.id = v_hint)
  where c.id = p_id and c.status = 'open';
  return found;
end
$$;

-- Switches synchronisation off. What is at work is finished; hints are kept and nothing is lost. Returns how many things were on
-- before and are off now.
--   pause('all')                                    everything, workers and background runs, until p_until or resume('all')
--   pause('pair', 'issue', null, 'project.task')    one kind of pair; without the model, all kinds with that Plane type
--   pause('entity', 'issue', '<id>')                one record that has a partner, named by its Plane type and id
--   pause('entity', 'project.task', '55')           or by its Odoo model and id
create function plane.pause(
  p_scope text,
  p_type text default null,
  p_id text default null,
  p_odoo_model text default null,
  p_reason text default null,
  p_until timestamptz default null,
  p_now timestamptz default clock_timestamp()
) returns integer
language plpgsql set search_path = '' as $$
declare
  v_count integer;
begin
  if p_scope = 'all' then
    insert into plane.sync_switch as s (name, state, reason, until, updated_at) values ('all', 'paused', p_reason, p_until, p_now)
    on conflict (name) do update set
      state = excluded.state, reason = excluded.reason, until = excluded.until, updated_at = excluded.updated_at
    where (s.state, s.reason, s.until) is distinct from (excluded.state, excluded.reason, excluded.until);
  elsif p_scope = 'pair' and p_type is not null then
    update plane.sync_config c set enabled = false
    where c.plane_type = p_type and (p_odoo_model is null or c.odoo_model = p_odoo_model) and c.enabled;
  elsif p_scope = 'entity' and p_type is not null and p_id is not null then
    update plane.sync_mappings m set status = 'paused'
    where m.status in ('active', 'error')
      and ((m.plane_type = p_type and m.plane_id = p_id) or (m.odoo_model = p_type and m.odoo_id = p_id));
  else
    raise exception 'pause takes all; pair and a type; or entity, a type and an id' using errcode = 'invalid_parameter_value';
  end if;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Switches it on again, with the arguments it was paused with. What was parked meanwhile is due at once. Returns how many things
-- were off before and are on now.
create function plane.resume(
  p_scope text,
  p_type text default null,
  p_id text default null,
  p_odoo_model text default null,
  p_now timestamptz default clock_timestamp()
) returns integer
language plpgsql set search_path = '' as $$
declare
  v_count integer;
begin
  if p_scope = 'all' then
    update plane.sync_switch s set state = 'on', reason = null, until = null, updated_at = p_now
    where s.name = 'all' and s.state <> 'on';
  elsif p_scope = 'pair' and p_type is not null then
    update plane.sync_config c set enabled = true
    where c.plane_type = p_type and (p_odoo_model is null or c.odoo_model = p_odoo_model) and not c.enabled;
  elsif p_scope = 'entity' and p_type is not null and p_id is not null then
    -- The queue's row before the mapping's, as settling does.
    perform q.id from plane.sync_queue q where q.entity_key = any (array(
      select unnest(array[m.plane_type || ':' || m.plane_id, m.odoo_model || ':' || m.odoo_id]) from plane.sync_mappings m
      where (m.plane_type = p_type and m.plane_id = p_id) or (m.odoo_model = p_type and m.odoo_id = p_id)
    )) order by q.id for update;
    update plane.sync_mappings m set status = 'active'
    where m.status = 'paused'
      and ((m.plane_type = p_type and m.plane_id = p_id) or (m.odoo_model = p_type and m.odoo_id = p_id));
  else
    raise exception 'resume takes all; pair and a type; or entity, a type and an id' using errcode = 'invalid_parameter_value';
  end if;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
