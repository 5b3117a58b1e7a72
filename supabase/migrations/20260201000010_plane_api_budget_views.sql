-- The budget's ledger does not grow for ever, and people can look at it.

-- Deletes calls that ended more than an hour ago, at most p_batch. Returns how many.
create function plane.purge_api_calls(p_batch integer default 50000, p_now timestamptz default clock_timestamp()) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_count bigint;
begin
  delete from plane.api_call c where c.id in (
    select o.id from plane.api_call o where o.held_until < p_now - interval '1 hour' order by o.id limit p_batch
  );
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- What people on call look at: who uses how much, who waits how long, when there is room again. One row per lane.
create view plane.v_api_budget with (security_invoker = true) as
select b.credential, b.mode, b.call_limit, l.lane,
  case when l.percent is not null then b.call_limit * l.percent / 100 end as share,
  coalesce(u.in_window, 0) as in_window,
  coalesce(u.unconfirmed, 0) as unconfirmed,
  coalesce(u.waiting, 0) as waiting,
  greatest(b.call_limit - coalesce(t.held, 0), 0) as free_now,
  greatest(b.call_limit - coalesce(t.held_in_15_s, 0), 0) as free_in_15_s,
  greatest(b.call_limit - coalesce(t.held_in_60_s, 0), 0) as free_in_60_s,
  t.next_free_at,
  nullif(b.paused_until, '-infinity') as paused_until,
  coalesce(u.calls_last_minute, 0) as calls_last_minute,
  coalesce(u.calls_last_hour, 0) as calls_last_hour,
  coalesce(u.waited_last_hour, 0) as waited_last_hour,
  coalesce(u.refused_by_plane_last_hour, 0) as refused_by_plane_last_hour,
  u.wait_ms_p50, u.wait_ms_p95, u.wait_ms_max
from plane.api_budget b
cross join lateral (
  values (1, 'interactive', b.interactive_percent), (2, 'live', b.live_percent), (3, 'backfill', b.backfill_percent),
    (4, 'foreign', null)
) l (position, lane, percent)
left join lateral (
  select count(*) as held,
    count(*) filter (where c.held_until > now() + interval '15 seconds') as held_in_15_s,
    count(*) filter (where c.held_until > now() + interval '60 seconds') as held_in_60_s,
    -- The moment from which fewer than the limit hold; empty when that is now.
    (array_agg(c.held_until order by c.held_until desc))[b.call_limit] as next_free_at
  from plane.api_call c where c.credential = b.credential and c.held_until > now()
) t on true
left join lateral (
  select
    count(*) filter (where c.held_until > now() and c.due_at <= now()) as in_window,
    count(*) filter (where c.held_until > now() and c.due_at <= now() and c.status = 'booked') as unconfirmed,
    count(*) filter (where c.held_until > now() and c.due_at > now()) as waiting,
    count(*) filter (where c.due_at > now() - interval '1 minute' and c.due_at <= now()) as calls_last_minute,
    count(*) filter (where c.due_at <= now()) as calls_last_hour,
    count(*) filter (where c.wait_ms > 0) as waited_last_hour,
    count(*) filter (where c.http_status = 429) as refused_by_plane_last_hour,
    percentile_disc(0.5) within group (order by c.wait_ms) as wait_ms_p50,
    percentile_disc(0.95) within group (order by c.wait_ms) as wait_ms_p95,
    max(c.wait_ms) as wait_ms_max
  from plane.api_call c
  where c.credential = b.credential and c.held_until > now() - interval '1 hour' and c.lane = l.lane
    and c.status <> 'released' and c.booked_at > now() - interval '1 hour'
) u on true
order by b.credential, l.position;
comment on view plane.v_api_budget is 'free_* and next_free_at are of the whole credential; in shadow mode the wait times are what they would have been.';

revoke all on plane.v_api_budget from anon, authenticated, service_role;
grant select on plane.v_api_budget to service_role;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;

do $$
begin
  if exists (select from pg_catalog.pg_extension where extname = 'pg_cron') then
    perform cron.schedule('plane-api-calls-purge', '*/10 * * * *', 'select plane.purge_api_calls()');
  else
    raise notice 'pg_cron is not available here: call plane.purge_api_calls() every ten minutes yourself';
  end if;
end
$$;
