-- What settling an entity leaves behind, written in the same transaction as the release of its lease.

-- Opens the intent: the mapping row without partner that exists before the partner does. Only the holder of the fence
-- may open one. Returns the mapping, whether it is new or not; no row when the lease is lost, or when the Plane record
-- belongs to a record of another model.
create function plane.open_intent(
  p_queue_id uuid,
  p_fence bigint,
  p_plane_type text,
  p_plane_id text,
  p_plane_project_id text,
  p_odoo_model text
) returns setof plane.sync_mappings
language plpgsql set search_path = '' as $$
begin
  perform 1 from plane.sync_queue q where q.id = p_queue_id and q.fence = p_fence and q.status = 'processing' for share;
  if not found then
    return;
  end if;
  insert into plane.sync_mappings (plane_type, plane_id, plane_project_id, odoo_model, origin)
  values (p_plane_type, p_plane_id, p_plane_project_id, p_odoo_model, 'plane')
  on conflict (plane_type, plane_id) do nothing;
  return query select m.* from plane.sync_mappings m where m.plane_type = p_plane_type and m.plane_id = p_plane_id
    and m.odoo_model = p_odoo_model;
end
$$;

-- p_effects: list of
--   {queue_id, fence, mapping_id, odoo_model?, mapping: {odoo_id?, status?, last_error?, plane_updated_at?, odoo_write_date?, synced},
--    snapshot?: {plane_base, odoo_base, plane_seen, placeholders}, tombstone?: reason, created: bool,
--    waits_for: [entity_key], log: [{operation, success, error_message, changes, source_data, target_data, duration_ms}],
--    events: [{level, message, event_type, metadata}]}
-- Effects of entities whose lease is lost are dropped: their new holder decides.
create function plane.record_effects(p_effects jsonb, p_held uuid[], p_fences bigint[], p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  v_effect jsonb;
  v_mapping plane.sync_mappings;
begin
  for v_effect in
    select e from jsonb_array_elements(p_effects) e
    join unnest(p_held, p_fences) as h (id, fence) on h.id = (e ->> 'queue_id')::uuid
      and h.fence = coalesce((e ->> 'fence')::bigint, h.fence)
  loop
    update plane.sync_mappings m set
      odoo_id = coalesce(v_effect #>> '{mapping,odoo_id}', m.odoo_id),
      plane_project_id = coalesce(v_effect #>> '{mapping,plane_project_id}', m.plane_project_id),
      -- What somebody paused meanwhile stays paused.
      status = case m.status when 'paused' then 'paused' else coalesce(v_effect #>> '{mapping,status}', m.status) end,
      last_error = v_effect #>> '{mapping,last_error}',
      error_count = case when v_effect #>> '{mapping,last_error}' is null then 0 else m.error_count + 1 end,
      plane_updated_at = greatest((v_effect #>> '{mapping,plane_updated_at}')::timestamptz, m.plane_updated_at),
      odoo_write_date = coalesce((v_effect #>> '{mapping,odoo_write_date}')::timestamptz, m.odoo_write_date),
      sync_version = m.sync_version + case when (v_effect #>> '{mapping,synced}')::boolean then 1 else 0 end,
      last_synced_at = case when (v_effect #>> '{mapping,synced}')::boolean then p_now else m.last_synced_at end
    where m.id = (v_effect ->> 'mapping_id')::uuid
    returning m.* into v_mapping;

    if v_effect ? 'snapshot' and v_mapping.id is not null then
      insert into plane.sync_snapshot as s (mapping_id, plane_base, odoo_base, plane_seen, placeholders, updated_at)
      values (
        v_mapping.id, v_effect #> '{snapshot,plane_base}', v_effect #> '{snapshot,odoo_base}',
        v_effect #> '{snapshot,plane_seen}', v_effect #> '{snapshot,placeholders}', p_now
      )
      on conflict (mapping_id) do update set
        plane_base = excluded.plane_base, odoo_base = excluded.odoo_base, plane_seen = excluded.plane_seen,
        placeholders = excluded.placeholders, updated_at = excluded.updated_at;
    end if;

    -- Also for a record that never had a partner: a late announcement of it must not make one.
    if v_effect ? 'tombstone' and coalesce(v_mapping.odoo_model, v_effect ->> 'odoo_model') is not null then
      insert into plane.sync_tombstone as t (plane_type, plane_id, odoo_model, odoo_id, reason)
      values (
        split_part(v_effect ->> 'entity_key', ':', 1), split_part(v_effect ->> 'entity_key', ':', 2),
        coalesce(v_mapping.odoo_model, v_effect ->> 'odoo_model'), v_mapping.odoo_id, v_effect ->> 'tombstone'
      )
      on conflict (plane_type, plane_id) do update set
        reason = excluded.reason, odoo_id = coalesce(excluded.odoo_id, t.odoo_id);
    elsif (v_effect ->> 'relinked')::boolean then
      delete from plane.sync_tombstone t where t.plane_type = v_mapping.plane_type and t.plane_id = v_mapping.plane_id;
    end if;

    insert into plane.sync_log (
      mapping_id, source_system, source_id, target_id, operation, success, error_message, changes, source_data, target_data,
      duration_ms, created_at
    )
    select v_mapping.id, v_effect ->> 'source_system', v_effect ->> 'source_id', v_mapping.odoo_id, l ->> 'operation',
      (l ->> 'success')::boolean, l ->> 'error_message', coalesce(l -> 'changes', '[]'), l -> 'source_data', l -> 'target_data',
      (l ->> 'duration_ms')::integer, p_now
    from jsonb_array_elements(coalesce(v_effect -> 'log', '[]')) l;

    perform ops.log_event(
      e ->> 'level', e ->> 'message', null, 'supabase', 'plane-sync', e ->> 'event_type', 'plane-sync',
      (e ->> 'duration_ms')::integer, e -> 'metadata'
    )
    from jsonb_array_elements(coalesce(v_effect -> 'events', '[]')) e;

    insert into plane.sync_waiting (entity_key, waits_for)
    select v_effect ->> 'entity_key', w from jsonb_array_elements_text(coalesce(v_effect -> 'waits_for', '[]')) w
    on conflict do nothing;

    -- Who waits for this record need not any more; nor need this one, if what it waits for got its partner meanwhile.
    perform plane.wake_waiting(array(
      select k from (
        select v_effect ->> 'entity_key' as k where (v_effect ->> 'created')::boolean
        union all
        select jsonb_array_elements_text(coalesce(v_effect -> 'waits_for', '[]'))
      ) keys
      join plane.sync_mappings m on m.plane_type = split_part(k, ':', 1) and m.plane_id = split_part(k, ':', 2)
      where m.odoo_id is not null
    ), p_now);
  end loop;
end
$$;

-- A child that starts to wait and its parent that is just made must see each other, so both take the parent's lock until
-- their transaction ends. Sorted: no deadlock.
create function plane.lock_partners(p_effects jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_key text;
begin
  for v_key in
    select distinct k from (
      select e ->> 'entity_key' as k from jsonb_array_elements(p_effects) e where (e ->> 'created')::boolean
      union all
      select jsonb_array_elements_text(coalesce(e -> 'waits_for', '[]')) from jsonb_array_elements(p_effects) e
    ) keys where k is not null order by k
  loop
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));
  end loop;
end
$$;

-- Gives a hint to everything that waits for one of these entities.
create function plane.wake_waiting(p_keys text[], p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  v_woken text[];
  v_key text;
begin
  if cardinality(p_keys) = 0 then
    return;
  end if;
  with gone as (
    delete from plane.sync_waiting w where w.waits_for = any (p_keys) returning w.entity_key
  )
  select array_agg(distinct g.entity_key order by g.entity_key) into v_woken from gone g;
  foreach v_key in array coalesce(v_woken, '{}') loop
    perform plane.hint(
      'plane', split_part(v_key, ':', 1), split_part(v_key, ':', 2), v_key, null, 'update', 5, null, null, null, null, false, p_now
    );
    -- It waits for nothing else than what just came.
    update plane.sync_queue q set next_attempt_at = p_now
    where q.entity_key = v_key and q.status = 'pending' and q.last_error = 'waits_for_project' and q.next_attempt_at > p_now;
  end loop;
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
