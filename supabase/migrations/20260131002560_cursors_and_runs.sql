-- One worker at a time for a cursor and for a run, by lease and fence as in the queue. Nobody gets one while everything is paused.

-- Takes a cursor, which exists from the first time somebody asks for it. No row: another worker holds it, or all is paused.
create function plane.claim_cursor(
  p_name text,
  p_worker_id text,
  p_lease interval default '120 seconds',
  p_now timestamptz default clock_timestamp()
) returns table (value jsonb, fence bigint)
language plpgsql set search_path = '' as $$
begin
  if plane.is_paused(p_now) then
    return;
  end if;
  return query
  insert into plane.sync_cursor as c (name, worker_id, lock_until, fence, updated_at)
  values (p_name, p_worker_id, p_now + p_lease, 1, p_now)
  on conflict (name) do update set
    worker_id = excluded.worker_id, lock_until = excluded.lock_until, fence = c.fence + 1, updated_at = excluded.updated_at
  where c.lock_until is null or c.lock_until <= p_now
  returning c.value, c.fence;
end
$$;

-- Moves a cursor, and gives it back (p_release) or holds it for another lease. A null value leaves it where it is. False: the
-- caller does not hold it any more, and nothing was changed.
create function plane.advance_cursor(
  p_name text,
  p_fence bigint,
  p_value jsonb,
  p_release boolean default false,
  p_lease interval default '120 seconds',
  p_now timestamptz default clock_timestamp()
) returns boolean
language plpgsql set search_path = '' as $$
begin
  update plane.sync_cursor c set
    value = coalesce(p_value, c.value),
    lock_until = case when not p_release then p_now + p_lease end,
    worker_id = case when not p_release then c.worker_id end,
    updated_at = p_now
  where c.name = p_name and c.fence = p_fence and c.lock_until is not null;
  return found;
end
$$;

-- Asks for a run; whoever looks for work takes it. Returns its id.
create function plane.create_run(
  p_kind text,
  p_scope jsonb default '{}',
  p_dry_run boolean default false,
  p_requested_by text default null,
  p_now timestamptz default clock_timestamp()
) returns uuid
language plpgsql set search_path = '' as $$
declare
  v_id uuid;
begin
  insert into plane.sync_run (kind, scope, dry_run, requested_by, created_at, updated_at)
  values (p_kind, p_scope, p_dry_run, p_requested_by, p_now, p_now)
  returning id into v_id;
  return v_id;
end
$$;

-- Takes the oldest run that is not finished and that nobody works on: one that was queued, or whose worker died. It goes on where
-- its progress says. No row: there is none of these kinds, or all is paused.
create function plane.claim_run(
  p_worker_id text,
  p_lease interval default '120 seconds',
  p_now timestamptz default clock_timestamp(),
  p_kinds text[] default null
) returns setof plane.sync_run
language plpgsql set search_path = '' as $$
begin
  if plane.is_paused(p_now) then
    return;
  end if;
  return query
  with next as materialized (
    select o.id from plane.sync_run o
    where (o.status = 'queued' or (o.status = 'running' and o.lock_until <= p_now)) and (p_kinds is null or o.kind = any (p_kinds))
    order by o.created_at, o.id
    limit 1
    for update skip locked
  )
  update plane.sync_run r set
    status = 'running', worker_id = p_worker_id, lock_until = p_now + p_lease, fence = r.fence + 1,
    started_at = coalesce(r.started_at, p_now), updated_at = p_now
  from next where r.id = next.id
  returning r.*;
end
$$;

-- Writes down how far a run has come. p_status: `running` holds it for another lease, `queued` gives it back to be gone on with,
-- `done` and `failed` end it. A null progress or report leaves the former one. False: the caller does not hold the run any more
-- or somebody cancelled it; nothing was changed.
create function plane.advance_run(
  p_id uuid,
  p_fence bigint,
  p_status text,
  p_progress jsonb default null,
  p_report jsonb default null,
  p_error text default null,
  p_lease interval default '120 seconds',
  p_now timestamptz default clock_timestamp()
) returns boolean
language plpgsql set search_path = '' as $$
begin
  update plane.sync_run r set
    status = p_status,
    progress = coalesce(p_progress, r.progress),
    report = coalesce(p_report, r.report),
    error = p_error,
    lock_until = case p_status when 'running' then p_now + p_lease end,
    worker_id = case p_status when 'running' then r.worker_id end,
    finished_at = case when p_status in ('done', 'failed') then p_now end,
    updated_at = p_now
  where r.id = p_id and r.fence = p_fence and r.status = 'running';
  return found;
end
$$;

-- Ends a run that is not finished; its worker notices when it next writes down how far it has come. False: it was finished.
create function plane.cancel_run(p_id uuid, p_now timestamptz default clock_timestamp()) returns boolean
language plpgsql set search_path = '' as $$
begin
  update plane.sync_run r set
    status = 'cancelled', lock_until = null, worker_id = null, finished_at = p_now, updated_at = p_now
  where r.id = p_id and r.status in ('queued', 'running');
  return found;
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
