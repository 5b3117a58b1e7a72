-- What settling an entity leaves behind, written in the same transaction as the release of its lease.

-- Opens the intent: the mapping row without partner that exists before the partner does. One side is given, the other is null:
-- p_plane_id of a Plane record that gets a partner in Odoo, or p_odoo_id of an Odoo record that gets one in Plane. Only the
-- holder of the fence may open one. Returns the mapping, whether it is new or not, and so the pair when there is one already;
-- no row when the lease is lost, or when the record belongs to a record of another kind.
--
-- p_match_odoo_id: the Odoo record that was found for the Plane record. It is the intent's own until that is a pair or archived, or
-- is opened with another match: who opens an intent for the same record meanwhile gets this mapping, and nothing is changed.
create function plane.open_intent(
  p_queue_id uuid,
  p_fence bigint,
  p_plane_type text,
  p_plane_id text,
  p_plane_project_id text,
  p_odoo_model text,
  p_odoo_id text default null,
  p_match_odoo_id text default null
) returns setof plane.sync_mappings
language plpgsql set search_path = '' as $$
declare
  v_odoo_id text := coalesce(p_odoo_id, p_match_odoo_id);
  v_owner plane.sync_mappings;
begin
  if num_nonnulls(p_plane_id, p_odoo_id) <> 1 or num_nonnulls(p_odoo_id, p_match_odoo_id) > 1 then
    raise exception 'an intent has one side' using errcode = 'invalid_parameter_value';
  end if;
  -- Of those who want the same Odoo record, one after the other. Before any row; nobody else takes this lock.
  if v_odoo_id is not null then
    perform pg_advisory_xact_lock(hashtextextended('intent:' || p_odoo_model || ':' || v_odoo_id, 0));
  end if;
  perform 1 from plane.sync_queue q where q.id = p_queue_id and q.fence = p_fence and q.status = 'processing' for share;
  if not found then
    return;
  end if;

  if v_odoo_id is not null then
    select m.* into v_owner from plane.sync_mappings m
    where m.odoo_model = p_odoo_model and m.odoo_id = v_odoo_id
    union all
    select m.* from plane.sync_mappings m
    where m.odoo_model = p_odoo_model and m.match_odoo_id = v_odoo_id and m.odoo_id is null and m.status <> 'archived'
    limit 1;
    if v_owner.id is not null and (v_owner.plane_type, v_owner.plane_id) is distinct from (p_plane_type, p_plane_id) then
      if p_match_odoo_id is not null or v_owner.plane_type = p_plane_type then
        return next v_owner;
      end if;
      return;
    end if;
  end if;

  insert into plane.sync_mappings as m (plane_type, plane_id, plane_project_id, odoo_model, odoo_id, match_odoo_id, origin)
  values (
    p_plane_type, p_plane_id, p_plane_project_id, p_odoo_model, p_odoo_id, p_match_odoo_id,
    case when p_plane_id is null then 'odoo' else 'plane' end
  )
  -- Whichever side is known: its key, or that of where the pair began, which is the same.
  on conflict do nothing;
  if p_plane_id is null then
    return query select m.* from plane.sync_mappings m
      where m.odoo_model = p_odoo_model and m.odoo_id = p_odoo_id and m.plane_type = p_plane_type;
  else
    update plane.sync_mappings m set match_odoo_id = p_match_odoo_id
    where m.plane_type = p_plane_type and m.plane_id = p_plane_id and m.odoo_model = p_odoo_model and m.odoo_id is null
      and m.match_odoo_id is distinct from p_match_odoo_id;
    return query select m.* from plane.sync_mappings m
      where m.plane_type = p_plane_type and m.plane_id = p_plane_id and m.odoo_model = p_odoo_model;
  end if;
end
$$;

-- p_effects: list of
--   {queue_id, fence, entity_key, source_system, source_id, mapping_id, odoo_model?,
--    mapping: {plane_type?, plane_id?, odoo_id?, plane_project_id?, status?, last_error?, plane_updated_at?, odoo_write_date?, synced},
--    snapshot?: {plane_base, odoo_base, plane_seen, placeholders}, tombstone?: reason, created: bool, relinked: bool,
--    waits_for: [entity_key, or moved:<entity key>], wakes?: [moved:<entity key>], log: [{operation, success, error_message, changes, actor, source_data, target_data, duration_ms}],
--    conflicts?: {open: [{field, base, plane_value, odoo_value, plane_at, odoo_at, plane_actor, odoo_actor}],
--      undecided?: [field], settled: [field], how: 'resolved' or 'gone'},
--    attempts?: [what plane.settle_attempts takes], hints?: [what plane.leave_hint takes],
--    events: [{level, message, event_type, metadata}]}
-- Effects of entities whose lease is lost are dropped: their new holder decides.
create function plane.record_effects(p_effects jsonb, p_held uuid[], p_fences bigint[], p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  v_effect jsonb;
  v_row plane.sync_queue;
  v_mapping plane.sync_mappings;
  v_key text;
begin
  for v_effect in
    select e from jsonb_array_elements(p_effects) e
    join unnest(p_held, p_fences) as h (id, fence) on h.id = (e ->> 'queue_id')::uuid
      and h.fence = coalesce((e ->> 'fence')::bigint, h.fence)
  loop
    v_key := v_effect ->> 'entity_key';
    select q.* into v_row from plane.sync_queue q where q.id = (v_effect ->> 'queue_id')::uuid;

    update plane.sync_mappings m set
      plane_type = coalesce(v_effect #>> '{mapping,plane_type}', m.plane_type),
      plane_id = coalesce(v_effect #>> '{mapping,plane_id}', m.plane_id),
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

    if v_effect ? 'tombstone' then
      perform plane.leave_tombstone(v_effect, v_mapping, p_now);
    elsif (v_effect ->> 'relinked')::boolean then
      delete from plane.sync_tombstone t where t.plane_type = v_mapping.plane_type and t.plane_id = v_mapping.plane_id;
    end if;

    if v_effect ? 'conflicts' and v_mapping.id is not null then
      perform plane.record_conflicts(v_effect -> 'conflicts', v_mapping.id, v_row.claimed_generation, v_row.generation, p_now);
    end if;

    -- What was tried before comes first in the log.
    if v_effect ? 'attempts' and v_mapping.id is not null then
      perform plane.settle_attempts(v_effect -> 'attempts', v_mapping, p_now);
    end if;

    insert into plane.sync_log (
      mapping_id, source_system, source_id, target_id, operation, success, error_message, changes, source_data, target_data,
      duration_ms, run_id, delivery_id, actor, created_at
    )
    select v_mapping.id, v_effect ->> 'source_system', v_effect ->> 'source_id',
      case v_effect ->> 'source_system' when 'odoo' then v_mapping.plane_id else v_mapping.odoo_id end, l ->> 'operation',
      (l ->> 'success')::boolean, l ->> 'error_message', coalesce(l -> 'changes', '[]'), l -> 'source_data', l -> 'target_data',
      (l ->> 'duration_ms')::integer, v_row.run_id, v_row.last_delivery_id, l ->> 'actor', p_now
    from jsonb_array_elements(coalesce(v_effect -> 'log', '[]')) l;

    perform ops.log_event(
      e ->> 'level', e ->> 'message', v_row.run_id, 'supabase', 'plane-sync', e ->> 'event_type', 'plane-sync',
      (e ->> 'duration_ms')::integer, e -> 'metadata'
    )
    from jsonb_array_elements(coalesce(v_effect -> 'events', '[]')) e;

    insert into plane.sync_waiting (entity_key, waits_for, created_at)
    select v_key, w, p_now from jsonb_array_elements_text(coalesce(v_effect -> 'waits_for', '[]')) w
    on conflict do nothing;

    -- Who waits for this record, by either of its names, need not any more; nor need this one, if what it waits for got its
    -- partner meanwhile.
    perform plane.wake_waiting(
      array(
        select k from unnest(array[
          v_mapping.plane_type || ':' || v_mapping.plane_id, v_mapping.odoo_model || ':' || v_mapping.odoo_id
        ]) k
        where (v_effect ->> 'created')::boolean and v_mapping.plane_id is not null and v_mapping.odoo_id is not null
      ) || array(
        select w from jsonb_array_elements_text(coalesce(v_effect -> 'waits_for', '[]')) w where plane.has_partner(w)
      ) || array(select w from jsonb_array_elements_text(coalesce(v_effect -> 'wakes', '[]')) w),
      p_now
    );

    -- Either of a project's two names may have been parked meanwhile, as one that is left out, or be about to be.
    if (v_effect ->> 'created')::boolean and v_mapping.plane_type = 'project' then
      perform plane.look_again(array(
        select q.id from plane.sync_queue q
        where q.entity_key in ('project:' || v_mapping.plane_id, v_mapping.odoo_model || ':' || v_mapping.odoo_id)
          and q.id <> v_row.id
          and (
            q.status = 'processing' or (q.status = 'pending' and q.next_attempt_at = 'infinity' and q.last_error = 'left_out')
          )
      ));
    end if;

    perform plane.leave_hint(h, p_now) from (
      select h from jsonb_array_elements(coalesce(v_effect -> 'hints', '[]')) h order by h #>> '{key,id}'
    ) hints;
  end loop;
end
$$;

-- Also for a record that never had a partner: a late announcement of it must not make one. What a record of Odoo leaves that
-- never had a partner in Plane is nothing: it cannot come back.
create function plane.leave_tombstone(p_effect jsonb, p_mapping plane.sync_mappings, p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  v_key text := p_effect ->> 'entity_key';
  v_of_plane boolean := not plane.is_odoo_model(split_part(v_key, ':', 1));
begin
  insert into plane.sync_tombstone as t (plane_type, plane_id, odoo_model, odoo_id, reason, created_at)
  select n.plane_type, n.plane_id, n.odoo_model, p_mapping.odoo_id, p_effect ->> 'tombstone', p_now
  from (
    select
      coalesce(p_mapping.plane_type, case when v_of_plane then split_part(v_key, ':', 1) end) as plane_type,
      coalesce(p_mapping.plane_id, case when v_of_plane then split_part(v_key, ':', 2) end) as plane_id,
      coalesce(p_mapping.odoo_model, p_effect ->> 'odoo_model') as odoo_model
  ) n
  where n.plane_id is not null and n.odoo_model is not null
  on conflict (plane_type, plane_id) do update set
    reason = excluded.reason, odoo_id = coalesce(excluded.odoo_id, t.odoo_id);
end
$$;

-- Opens conflicts, or brings the open ones up to date, drops resolutions that decided nothing, so that somebody is asked again,
-- and settles the conflicts that are no more. A resolution somebody chose after this worker had claimed the pair is not what it
-- saw: that conflict stays open, with it, for the claim that the resolution's hint leads to.
create function plane.record_conflicts(
  p_conflicts jsonb, p_mapping_id uuid, p_claimed_generation bigint, p_generation bigint, p_now timestamptz
) returns void
language plpgsql set search_path = '' as $$
begin
  insert into plane.sync_conflict as c (
    mapping_id, field, base, plane_value, odoo_value, plane_at, odoo_at, plane_actor, odoo_actor, created_at, updated_at
  )
  select p_mapping_id, o ->> 'field', o -> 'base', o -> 'plane_value', o -> 'odoo_value', (o ->> 'plane_at')::timestamptz,
    (o ->> 'odoo_at')::timestamptz, o ->> 'plane_actor', o ->> 'odoo_actor', p_now, p_now
  from jsonb_array_elements(coalesce(p_conflicts -> 'open', '[]')) o
  on conflict (mapping_id, field) where status = 'open' do update set
    base = excluded.base, plane_value = excluded.plane_value, odoo_value = excluded.odoo_value, plane_at = excluded.plane_at,
    odoo_at = excluded.odoo_at, plane_actor = excluded.plane_actor, odoo_actor = excluded.odoo_actor,
    updated_at = excluded.updated_at
  -- What is the same conflict as before is not written again.
  where (c.base, c.plane_value, c.odoo_value) is distinct from (excluded.base, excluded.plane_value, excluded.odoo_value);

  update plane.sync_conflict c set resolution = null, resolved_by = null, resolution_generation = null, updated_at = p_now
  where c.mapping_id = p_mapping_id and c.status = 'open'
    and c.field in (select f from jsonb_array_elements_text(coalesce(p_conflicts -> 'undecided', '[]')) f)
    and (c.resolution_generation <= p_claimed_generation or p_generation = p_claimed_generation);

  update plane.sync_conflict c set
    status = coalesce(p_conflicts ->> 'how', 'gone'), resolved_at = p_now, updated_at = p_now
  where c.mapping_id = p_mapping_id and c.status = 'open'
    and c.field in (select f from jsonb_array_elements_text(coalesce(p_conflicts -> 'settled', '[]')) f)
    and (
      c.resolution_generation is null or c.resolution_generation <= p_claimed_generation or p_generation = p_claimed_generation
    );
end
$$;

-- Whether the record an entity key names, of either side, is one of a pair.
create function plane.has_partner(p_key text) returns boolean
language plpgsql stable set search_path = '' as $$
declare
  v_type text := split_part(p_key, ':', 1);
  v_id text := split_part(p_key, ':', 2);
begin
  if plane.is_odoo_model(v_type) then
    return exists (
      select from plane.sync_mappings m where m.odoo_model = v_type and m.odoo_id = v_id and m.plane_id is not null
    );
  end if;
  return exists (
    select from plane.sync_mappings m where m.plane_type = v_type and m.plane_id = v_id and m.odoo_id is not null
  );
end
$$;

-- A child that starts to wait and its parent that is just made must see each other, so both take the parent's lock until
-- their transaction ends: by each name the parent may be waited for. Sorted: no deadlock.
create function plane.lock_partners(p_effects jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  v_key text;
begin
  for v_key in
    select distinct k from (
      select unnest(array[
        coalesce(e #>> '{mapping,plane_type}', m.plane_type) || ':' || coalesce(e #>> '{mapping,plane_id}', m.plane_id),
        m.odoo_model || ':' || coalesce(e #>> '{mapping,odoo_id}', m.odoo_id)
      ]) as k
      from jsonb_array_elements(p_effects) e join plane.sync_mappings m on m.id = (e ->> 'mapping_id')::uuid
      where (e ->> 'created')::boolean
      union all
      select jsonb_array_elements_text(coalesce(e -> 'waits_for', '[]') || coalesce(e -> 'wakes', '[]'))
      from jsonb_array_elements(p_effects) e
    ) keys where k is not null order by k
  loop
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));
  end loop;
end
$$;

-- The rows that get a hint, or are looked at again, are locked together with those that are settled, in the same order: no
-- deadlock.
create function plane.lock_hinted(p_effects jsonb, p_ids uuid[]) returns void
language plpgsql set search_path = '' as $$
declare
  v_keys text[] := array(
    select plane.entity_key(h #>> '{key,side}', coalesce(h #>> '{key,type}', h #>> '{key,model}'), h #>> '{key,id}')
    from jsonb_array_elements(p_effects) e, jsonb_array_elements(coalesce(e -> 'hints', '[]')) h
  ) || array(
    select k from jsonb_array_elements(p_effects) e join plane.sync_mappings m on m.id = (e ->> 'mapping_id')::uuid,
      lateral unnest(array[
        'project:' || coalesce(e #>> '{mapping,plane_id}', m.plane_id),
        m.odoo_model || ':' || coalesce(e #>> '{mapping,odoo_id}', m.odoo_id)
      ]) k
    where (e ->> 'created')::boolean and m.plane_type = 'project' and k is not null
  );
begin
  if cardinality(v_keys) > 0 then
    perform q.id from plane.sync_queue q
    where q.id = any (p_ids || array(select k.id from plane.sync_queue k where k.entity_key = any (v_keys)))
    order by q.id for update;
  end if;
end
$$;

-- Gives a hint to everything that waits for one of these entities: to a record of Odoo as one of Odoo. Who waits for one to move
-- (moved:<entity key>) was refused something because of where that was. A record of Plane is found in the project it waited for.
create function plane.wake_waiting(p_keys text[], p_now timestamptz) returns void
language plpgsql set search_path = '' as $$
declare
  v_woken text[];
  v_refused text[];
  v_projects jsonb;
  v_key text;
begin
  if cardinality(p_keys) = 0 then
    return;
  end if;
  with gone as (
    delete from plane.sync_waiting w where w.waits_for = any (p_keys) returning w.entity_key, w.waits_for
  )
  select array_agg(distinct g.entity_key order by g.entity_key), array_agg(g.entity_key) filter (where g.waits_for like 'moved:%'),
    jsonb_object_agg(g.entity_key, split_part(g.waits_for, ':', 2)) filter (where g.waits_for like 'project:%')
  into v_woken, v_refused, v_projects from gone g;
  foreach v_key in array coalesce(v_woken, '{}') loop
    perform plane.hint(
      case when plane.is_odoo_model(split_part(v_key, ':', 1)) then 'odoo' else 'plane' end,
      split_part(v_key, ':', 1), split_part(v_key, ':', 2), v_key, v_projects ->> v_key, 'update', 5,
      case when v_key = any (v_refused) then jsonb_build_object('retry_refused', true) end, null, null, null, false, p_now
    );
    -- It waits for nothing else than what just came.
    update plane.sync_queue q set next_attempt_at = p_now
    where q.entity_key = v_key and q.status = 'pending' and q.last_error = 'waits_for_project' and q.next_attempt_at > p_now;
  end loop;
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
