-- Claiming and settling: one round trip each, any number of entities, no session state (a transaction pooler is fine).

-- Takes up to p_limit due entities, highest priority first, oldest first within a priority, and leases them. Of those whose
-- lease ended without a word only one at a time: should it be what kills its workers, it takes no others with it again.
-- Nobody gets anything while everything is paused.
--
-- Measured alternatives, one claim at a backlog of a million rows:
--   update ... where id in (select ... limit n for update skip locked)    344 ms  the limit is unknown when the
--                                                                                 statement is planned: whole backlog
--   order by priority desc, next_attempt_at over all priorities            grows  with the rows that back off
--   one index range per priority, ctid = any(array)                       flat    this one
-- The planner may not sort or hash here: that means reading the backlog or the ledger, so only index scans are left. With
-- them one plan fits every call, and making it anew each time took most of a claim of one: 0.9 ms, 0.5 ms without.
create function plane.claim_entities(
  p_worker_id text,
  p_limit integer default 1,
  p_lease interval default '120 seconds',
  p_now timestamptz default clock_timestamp()
) returns table (
  id uuid,
  entity_key text,
  source_system text,
  source_id text,
  source_type text,
  operation text,
  payload jsonb,
  attempts integer,
  outages integer,
  max_attempts integer,
  crashes integer,
  fence bigint,
  plane_project_id text,
  read_first boolean,
  observed_at timestamptz,
  observation_hash text,
  created_at timestamptz,
  envelope text,
  body text,
  received_at timestamptz,
  plane_hinted boolean,
  odoo_hinted boolean,
  run_id uuid,
  last_delivery_id bigint
)
language plpgsql
set search_path = ''
set enable_seqscan = off
set enable_bitmapscan = off
set enable_sort = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_priority integer;
  -- Where the rows are; they are locked, so they stay there.
  v_found tid[];
  v_found_expired boolean[];
  v_rows tid[] := '{}';
  v_expired boolean[] := '{}';
begin
  if plane.is_paused(p_now) then
    return;
  end if;

  select q.priority into v_priority from plane.sync_queue q
  where q.is_open order by q.priority desc limit 1;

  while v_priority is not null and cardinality(v_rows) < p_limit loop
    select array_agg(f.ctid), array_agg(f.expired) into v_found, v_found_expired from (
      select q.ctid, q.status = 'processing' as expired from plane.sync_queue q
      where q.is_open and q.priority = v_priority and q.next_attempt_at <= p_now
        and (q.status = 'pending' or q.lock_until <= p_now)
      order by q.next_attempt_at
      limit p_limit - cardinality(v_rows)
      for update skip locked
    ) f;
    v_rows := v_rows || v_found;
    v_expired := v_expired || v_found_expired;
    exit when cardinality(v_rows) >= p_limit;
    select q.priority into v_priority from plane.sync_queue q
    where q.is_open and q.priority < v_priority order by q.priority desc limit 1;
  end loop;

  if true = any (v_expired) then
    v_rows := array(select t.at from unnest(v_rows, v_expired) as t (at, expired) where not t.expired)
      || v_rows[array_position(v_expired, true)];
  end if;
  if cardinality(v_rows) = 0 then
    return;
  end if;

  return query
  with claimed as (
    update plane.sync_queue q set
      status = 'processing',
      worker_id = p_worker_id,
      lock_until = p_now + p_lease,
      last_attempt_at = p_now,
      attempts = q.attempts + 1,
      crashes = q.crashes + case q.status when 'processing' then 1 else 0 end,
      fence = q.fence + 1,
      claimed_generation = q.generation
    where q.ctid = any (v_rows)
    returning q.*
  )
  select c.id, c.entity_key, c.source_system, c.source_id, c.source_type, c.operation, c.payload, c.attempts,
    c.outages, c.max_attempts, c.crashes, c.fence, c.plane_project_id, c.read_first, c.observed_at, c.observation_hash,
    c.created_at, d.envelope, d.body, d.received_at, c.plane_hinted, c.odoo_hinted, c.run_id, c.last_delivery_id
  from claimed c left join plane.webhook_delivery d on d.id = c.observation_id;
end
$$;

-- Gives entities back. Row i of the arrays says how entity i ended:
--   done      settled. A hint that came meanwhile makes it pending again, else the row leaves the table.
--   retry     due again at next_attempt_at; the attempt counts.
--   outage    due again at next_attempt_at; the attempt does not count, because no entity is at fault.
--   wait      due again at next_attempt_at; the attempt does not count (its project is missing).
--   park      until configuration changes, or now if it changed meanwhile.
--   dead      dead letter with its reason class, unless a hint came meanwhile: that is new information.
-- Only the holder of the fence settles. `settled` says for each id whether the caller was still the holder.
create function plane.settle_entities(
  p_ids uuid[],
  p_fences bigint[],
  p_outcomes text[],
  p_next_attempts timestamptz[] default '{}',
  p_reasons text[] default '{}',
  p_effects jsonb default '[]',
  p_now timestamptz default clock_timestamp()
) returns table (id uuid, settled boolean)
language plpgsql
set search_path = ''
set enable_seqscan = off
set plan_cache_mode = force_generic_plan
as $$
declare
  v_ids uuid[];
  v_fences bigint[];
  v_outcomes text[];
  v_next_attempts timestamptz[];
  v_reasons text[];
  v_delivered boolean;
  v_done tid[];
  v_gone bigint;
begin
  -- Before any row: whoever holds one of these locks may have to wait for rows, never the other way round.
  if jsonb_array_length(p_effects) > 0 then
    perform plane.lock_partners(p_effects);
    perform plane.lock_hinted(p_effects, p_ids);
  end if;

  -- Rows are locked in one order by everybody, so that two settles never wait for each other. What a former holder says
  -- drops out here, also when it holds the entity again and says both at once.
  with locked as materialized (
    select q.id, q.ctid, q.fence, q.last_delivery_id, q.generation = q.claimed_generation as is_current from plane.sync_queue q
    where q.id = any (p_ids) and q.status = 'processing'
    order by q.id
    for update
  )
  select coalesce(array_agg(t.id), '{}'), array_agg(t.fence), array_agg(t.outcome), array_agg(t.next_attempt_at),
    array_agg(t.reason), coalesce(bool_or(l.last_delivery_id is not null), false),
    coalesce(array_agg(l.ctid) filter (where t.outcome = 'done' and l.is_current), '{}')
  into v_ids, v_fences, v_outcomes, v_next_attempts, v_reasons, v_delivered, v_done
  from unnest(p_ids, p_fences, p_outcomes, p_next_attempts, p_reasons) as t (id, fence, outcome, next_attempt_at, reason)
  join locked l on l.id = t.id and l.fence = t.fence;

  if jsonb_array_length(p_effects) > 0 then
    perform plane.record_effects(p_effects, v_ids, v_fences, p_now);
  end if;

  -- A success also answers for what failed before it.
  if v_delivered then
    update plane.webhook_delivery d set
      status = case s.outcome when 'dead' then 'failed' else 'processed' end,
      error = s.reason,
      processed_at = p_now
    from (
      select q.entity_key, q.last_delivery_id, t.outcome, t.reason
      from unnest(v_ids, v_outcomes, v_reasons) as t (id, outcome, reason)
      join plane.sync_queue q on q.id = t.id
      where t.outcome in ('done', 'dead') and q.last_delivery_id is not null and q.generation = q.claimed_generation
    ) s
    where d.entity_key = s.entity_key and d.status in ('received', 'failed') and d.id <= s.last_delivery_id;
  end if;

  -- A row that got a hint from an effect above has a new version elsewhere, so it stays.
  delete from plane.sync_queue q where q.ctid = any (v_done);
  get diagnostics v_gone = row_count;

  -- What is left; most often nothing.
  if v_gone < cardinality(v_ids) then
    update plane.sync_queue q set
      status = case when t.outcome = 'dead' and q.generation = q.claimed_generation then 'failed' else 'pending' end,
      completed_at = case when t.outcome = 'dead' and q.generation = q.claimed_generation then p_now end,
      next_attempt_at = case
        -- What it waited for came while it was being settled.
        when t.reason in ('waits_for_project', 'refused') and q.generation <> q.claimed_generation then p_now
        when t.outcome in ('retry', 'outage', 'wait') then coalesce(t.next_attempt_at, p_now)
        when t.outcome = 'park' and q.generation = q.claimed_generation then 'infinity'
        else p_now
      end,
      attempts = case
        when t.outcome = 'retry' then q.attempts
        when t.outcome in ('outage', 'wait', 'park') then greatest(q.attempts - 1, 0)
        when q.generation = q.claimed_generation then q.attempts
        else 0
      end,
      outages = case when t.outcome in ('outage', 'wait') then q.outages + 1 else 0 end,
      crashes = 0,
      last_error = t.reason,
      worker_id = null,
      lock_until = null,
      -- It was tried again, in vain: not once more at the next hint.
      payload = case
        when t.reason = 'refused' and q.generation = q.claimed_generation and jsonb_typeof(q.payload) = 'object'
          then q.payload - 'retry_refused'
        else q.payload
      end,
      -- A run does not wait for what configuration leaves out.
      run_id = case when t.outcome = 'park' and t.reason = 'left_out' and q.generation = q.claimed_generation then null else q.run_id end,
      -- What is left is younger than the claim.
      created_at = case t.outcome when 'done' then q.last_attempt_at else q.created_at end
    from unnest(v_ids, v_outcomes, v_next_attempts, v_reasons) as t (id, outcome, next_attempt_at, reason)
    where q.id = t.id;
  end if;

  return query
  select t.id, coalesce((t.id, t.fence) in (select h.id, h.fence from unnest(v_ids, v_fences) as h (id, fence)), false)
  from unnest(p_ids, p_fences) as t (id, fence);
end
$$;

-- The documented pair for workers of one's own: take one entity, say how it went. Without a fence in them: who lets the
-- lease of 120 seconds end settles for the next holder.
create function plane.acquire_queue_item(p_worker_id text) returns table (
  id uuid, source_system text, source_id text, source_type text, operation text, payload jsonb
)
language sql set search_path = '' as $$
  select c.id, c.source_system, c.source_id, c.source_type, c.operation, c.payload from plane.claim_entities(p_worker_id) c
$$;

create function plane.complete_queue_item(p_item_id uuid, p_success boolean, p_error text default null) returns void
language sql set search_path = '' as $$
  select plane.settle_entities(
    array[q.id], array[q.fence],
    array[case when p_success then 'done' when q.attempts >= q.max_attempts then 'dead' else 'retry' end],
    array[clock_timestamp() + least(power(2, q.attempts), 900) * interval '1 second'],
    array[case when not p_success then coalesce(p_error, 'failed') end]
  )
  from plane.sync_queue q where q.id = p_item_id and q.status = 'processing'
$$;

-- Makes dead letters due again: by id, entity, time of failure, reason. At least one of them must be given; all that
-- are given must hold. Returns how many.
create function plane.replay(
  p_ids uuid[] default null,
  p_entity_keys text[] default null,
  p_reason text default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_now timestamptz default clock_timestamp()
) returns integer
language plpgsql set search_path = '' as $$
declare
  v_count integer;
begin
  if p_ids is null and p_entity_keys is null and p_reason is null and p_from is null and p_to is null then
    raise exception 'replay needs ids, entity keys, a reason or a time range' using errcode = 'invalid_parameter_value';
  end if;
  update plane.sync_queue q set
    status = 'pending', attempts = 0, outages = 0, next_attempt_at = p_now, completed_at = null, generation = q.generation + 1
  where q.status = 'failed' and not q.is_open
    and (p_ids is null or q.id = any (p_ids))
    and (p_entity_keys is null or q.entity_key = any (p_entity_keys))
    and (p_reason is null or q.last_error = p_reason)
    and (p_from is null or q.completed_at >= p_from)
    and (p_to is null or q.completed_at < p_to);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- Parked entities are looked at again as soon as the configuration of their kind changes. Those at work just now may have
-- read the former configuration: for them it is a hint, so that they are not parked by what they read.
create function plane.release_parked() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform plane.look_again(array(
    select q.id from plane.sync_queue q
    where q.source_type in (new.plane_type, new.odoo_model)
      and (q.status = 'processing' or (q.status = 'pending' and q.next_attempt_at = 'infinity'))
  ));
  return null;
end
$$;

create trigger sync_config_release_parked after insert or update on plane.sync_config
  for each row execute function plane.release_parked();

-- The same when a single mapping is resumed or deleted. An intent has one side, and so one key.
create function plane.release_resumed() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform plane.look_again(array(
    select q.id from plane.sync_queue q
    where q.entity_key in (old.plane_type || ':' || old.plane_id, old.odoo_model || ':' || old.odoo_id)
      and (q.status = 'processing' or (q.status = 'pending' and q.next_attempt_at = 'infinity'))
  ));
  return null;
end
$$;

create trigger sync_mappings_release_resumed after update of status on plane.sync_mappings
  for each row when (old.status = 'paused' and new.status <> 'paused') execute function plane.release_resumed();

create trigger sync_mappings_release_deleted after delete on plane.sync_mappings
  for each row when (old.status = 'paused') execute function plane.release_resumed();

-- Rows are locked in the order of settle_entities. What was parked is due since it was tried last: that is past on whichever
-- clock its worker goes by.
create function plane.look_again(p_ids uuid[]) returns void
language sql set search_path = '' as $$
  with locked as materialized (
    select q.id from plane.sync_queue q where q.id = any (p_ids) order by q.id for update
  )
  update plane.sync_queue q set
    generation = q.generation + 1,
    next_attempt_at = case when q.next_attempt_at = 'infinity' then coalesce(q.last_attempt_at, q.created_at) else q.next_attempt_at end
  from locked l where l.id = q.id
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
