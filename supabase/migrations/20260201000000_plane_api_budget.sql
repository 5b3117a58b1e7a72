-- The one budget of requests to Plane that all workers share.
--
-- Plane refuses a request when its key has made `call_limit` others in the 60 seconds before (a sliding log, per key; in
-- the community edition 60). Nobody but Plane knows when a request arrives there, so each call HOLDS one of `call_limit`
-- slots from the earliest to 60 s after the latest moment at which it can have arrived: `due_at` to `held_until`. When no
-- moment has more than `call_limit` holders, no window of 60 s at Plane has more than `call_limit` arrivals: every arrival
-- in the window that ends at t holds its slot at t. Only durations matter, so the two clocks need not agree.

create table plane.api_budget (
  credential text constraint api_budget_pkey primary key,
  call_limit integer not null default 60 constraint api_budget_limit_sane check (call_limit between 1 and 100000),
  mode text not null default 'enforce' constraint api_budget_mode_known check (mode in ('enforce', 'shadow')),
  interactive_percent integer not null default 30,
  live_percent integer not null default 45,
  backfill_percent integer not null default 10,
  kept_for_interactive integer not null default 2 constraint api_budget_kept_sane check (kept_for_interactive >= 0),
  margin interval not null default '500 milliseconds',
  latest_arrival interval not null default '90 seconds',
  paused_until timestamptz not null default '-infinity',
  -- Per lane (interactive, live, backfill): until when somebody who was turned away may come back.
  returning_until timestamptz[] not null default '{-infinity,-infinity,-infinity}',
  constraint api_budget_shares_sane check (
    interactive_percent >= 0 and live_percent >= 0 and backfill_percent >= 0
    and interactive_percent + live_percent + backfill_percent <= 100
  ),
  constraint api_budget_times_sane check (margin >= '0 seconds' and latest_arrival between '1 second' and '1 hour')
) with (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0);
comment on table plane.api_budget is 'One row per Plane credential, made at its first call. Settings may be changed at any time.';
comment on column plane.api_budget.credential is 'A short name: default is the key of the environment. Never a key.';
comment on column plane.api_budget.call_limit is 'Requests in any 60 s. Less than Plane allows leaves the rest to others who use the key.';
comment on column plane.api_budget.mode is 'shadow: everything is counted and nothing has to wait.';
comment on column plane.api_budget.interactive_percent is 'The share a lane can always have within a window; what it does not use is lent.';
comment on column plane.api_budget.kept_for_interactive is 'Slots of the interactive share that are never lent, so that somebody at a screen need not wait.';
comment on column plane.api_budget.margin is 'Added to each hold: our clock and Plane''s may run at slightly different speeds.';
comment on column plane.api_budget.latest_arrival is 'A request that was never confirmed can have arrived until this long after it was due.';
comment on column plane.api_budget.paused_until is 'Plane answered 429: nobody sends before.';

create table plane.api_call (
  id bigint generated always as identity constraint api_call_pkey primary key,
  credential text not null,
  lane text not null constraint api_call_lane_known check (lane in ('interactive', 'live', 'backfill', 'foreign')),
  status text not null default 'booked'
    constraint api_call_status_known check (status in ('booked', 'answered', 'released', 'foreign')),
  booked_at timestamptz not null,
  due_at timestamptz not null,
  answered_at timestamptz,
  held_until timestamptz not null,
  wait_ms integer not null default 0,
  http_status integer
) with (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
comment on table plane.api_call is 'The ledger of the last hour: who holds a slot, from when, until when. Lane foreign: others who use the same key.';
comment on column plane.api_call.due_at is 'The request is sent at this moment or later.';
comment on column plane.api_call.wait_ms is 'What the caller was asked to wait; in shadow mode what it would have been.';

-- All a booking looks at: the holders of one credential.
create index api_call_held_idx on plane.api_call (credential, held_until);

alter table plane.api_budget enable row level security;
alter table plane.api_call enable row level security;
revoke all on plane.api_budget, plane.api_call from anon, authenticated, service_role;
grant select, insert, update, delete on plane.api_budget, plane.api_call to service_role;
create policy api_budget_functions on plane.api_budget for all to service_role using (true) with check (true);
create policy api_call_functions on plane.api_call for all to service_role using (true) with check (true);

-- The credential's settings, and from here to the transaction's end the right to decide alone about its slots. The row is
-- made when it is not there.
--
-- Measured, bookings a second of eight workers on one credential, two cores, fsync on:
--   select ... for no key update    1,271    queues twice, at the tuple and at the transaction, and writes the page
--   pg_advisory_xact_lock           1,681    this one
create function plane.lock_budget(p_credential text) returns plane.api_budget
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  v_budget plane.api_budget;
begin
  perform pg_advisory_xact_lock(20260201, hashtext(p_credential));
  select * into v_budget from plane.api_budget b where b.credential = p_credential;
  if not found then
    insert into plane.api_budget (credential) values (p_credential) on conflict (credential) do nothing;
    select * into strict v_budget from plane.api_budget b where b.credential = p_credential;
  end if;
  return v_budget;
end
$$;

-- Books one call: the earliest moment at which a slot is free and the lane may have it. Without a call_id nothing was
-- booked, because wait_ms would be more than p_longest_wait_ms or too many of the lane are waiting already.
--
-- A lane below its share takes the first slot that comes free. Beyond its share it borrows what the others leave: see
-- v_left. Borrowed slots return within a window, because nobody can book so far ahead that another lane's share of the next window is gone (the waiting room).
-- Backfill beyond its share is spread evenly, so that slots come free evenly, too.
create function plane.reserve_call(
  p_credential text,
  p_lane text,
  p_longest_wait_ms integer default 0,
  p_now timestamptz default null
) returns table (call_id bigint, wait_ms integer)
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  v_lane integer := array_position(array['interactive', 'live', 'backfill'], p_lane);
  v_budget plane.api_budget;
  v_now timestamptz;
  v_at timestamptz;
  v_last_due timestamptz;
  v_lane_due timestamptz;
  v_holders integer;
  v_held integer[];
  v_open integer[];
  v_waiting integer[];
  v_open_all integer;
  v_share integer[];
  v_left integer[];
  v_room integer;
  v_returning timestamptz;
  v_never boolean;
begin
  if v_lane is null then
    raise exception 'unknown lane: %', p_lane using errcode = 'invalid_parameter_value';
  end if;
  v_budget := plane.lock_budget(p_credential);
  -- After the lock: whoever waited for it books by the time at which it was granted.
  v_now := coalesce(p_now, clock_timestamp());

  select count(*),
    array[
      count(*) filter (where c.lane = 'interactive'), count(*) filter (where c.lane = 'live'),
      count(*) filter (where c.lane = 'backfill'), count(*) filter (where c.lane = 'foreign')
    ],
    array[
      count(*) filter (where c.lane = 'interactive' and c.status = 'booked'),
      count(*) filter (where c.lane = 'live' and c.status = 'booked'),
      count(*) filter (where c.lane = 'backfill' and c.status = 'booked')
    ],
    array[
      count(*) filter (where c.lane = 'interactive' and c.due_at > v_now),
      count(*) filter (where c.lane = 'live' and c.due_at > v_now),
      count(*) filter (where c.lane = 'backfill' and c.due_at > v_now)
    ],
    count(*) filter (where c.status = 'booked'),
    max(c.due_at),
    max(c.due_at) filter (where c.lane = p_lane)
  into v_holders, v_held, v_open, v_waiting, v_open_all, v_last_due, v_lane_due
  from plane.api_call c where c.credential = p_credential and c.held_until > v_now;

  -- Shares of what others who use the key leave us.
  v_room := greatest(v_budget.call_limit - v_held[4], 1);
  v_share := array[
    v_room * v_budget.interactive_percent / 100, v_room * v_budget.live_percent / 100, v_room * v_budget.backfill_percent / 100
  ];
  -- What a borrower has to leave to each lane: what it uses now; its whole share while somebody of it waits or was told to
  -- come back.
  for i in 1..3 loop
    v_left[i] := case
      when i = v_lane then 0
      when v_waiting[i] > 0 or v_budget.returning_until[i] > v_now then v_share[i]
      else least(v_share[i], v_held[i] + case when i = 1 then v_budget.kept_for_interactive else 0 end)
    end;
  end loop;

  v_at := greatest(v_now, v_budget.paused_until);
  if p_lane = 'backfill' and v_held[v_lane] >= v_share[v_lane] then
    -- A little faster than the limit, so that a late caller does not cost a slot.
    v_at := greatest(v_at, v_lane_due + interval '54 seconds' / v_budget.call_limit);
  end if;

  if v_at > v_now or v_last_due > v_now or not (
    v_holders < v_budget.call_limit and (
      v_held[v_lane] < v_share[v_lane]
      or v_holders + greatest(v_left[1] - v_held[1], 0) + greatest(v_left[2] - v_held[2], 0)
        + greatest(v_left[3] - v_held[3], 0) < v_budget.call_limit
    )
  ) then
    -- Who holds from each moment on at which a hold begins or ends. The call can begin when it fits in there and at every
    -- later moment: after the last one that is too full.
    with hold as (
      select greatest(c.due_at, v_at) as since, c.held_until, c.lane from plane.api_call c
      where c.credential = p_credential and c.held_until > v_at
    ), change as (
      select h.since as at, 1 as holders, h.lane from hold h
      union all select h.held_until, -1, h.lane from hold h
      union all select v_at, 0, null
    ), profile as materialized (
      select c.at,
        sum(c.holders) over w as holders,
        coalesce(sum(c.holders) filter (where c.lane = 'interactive') over w, 0) as interactive,
        coalesce(sum(c.holders) filter (where c.lane = 'live') over w, 0) as live,
        coalesce(sum(c.holders) filter (where c.lane = 'backfill') over w, 0) as backfill
      from change c
      window w as (order by c.at range unbounded preceding)
    )
    select min(p.at) into v_at from profile p
    where p.at > (
      select coalesce(max(f.at), '-infinity') from profile f
      where f.holders >= v_budget.call_limit or (
        case v_lane when 1 then f.interactive when 2 then f.live else f.backfill end >= v_share[v_lane]
        and f.holders + greatest(v_left[1] - f.interactive, 0) + greatest(v_left[2] - f.live, 0)
          + greatest(v_left[3] - f.backfill, 0) >= v_budget.call_limit
      )
    );
  end if;

  -- Never: a lane without a share while the others claim everything. They may stop: ask again in a window's time.
  v_never := v_at is null;
  v_at := coalesce(v_at, v_now + interval '60 seconds');
  call_id := null;
  wait_ms := least(ceil(extract(epoch from v_at - v_now) * 1000), 2000000000);

  if v_budget.mode = 'enforce' and (
    v_never or wait_ms > p_longest_wait_ms
    or (wait_ms > 0 and v_open[v_lane] >= v_share[v_lane]
      and v_open_all + (
        select sum(greatest(v_share[i] - v_open[i], 0)) from generate_series(1, 3) i where i <> v_lane
      ) >= v_room)
  ) then
    v_returning := least(v_at, v_now + interval '60 seconds') + interval '5 seconds';
    if v_budget.returning_until[v_lane] < v_returning - interval '1 second' then
      -- What is lost of this in a crash is only the courtesy of keeping slots for who comes back.
      perform set_config('synchronous_commit', 'off', true);
      update plane.api_budget b set returning_until[v_lane] = v_returning where b.credential = p_credential;
    end if;
    wait_ms := greatest(wait_ms, 1);
    return next;
    return;
  end if;

  if v_budget.mode = 'shadow' then
    v_at := v_now;
  end if;
  insert into plane.api_call (credential, lane, booked_at, due_at, held_until, wait_ms)
  values (
    p_credential, p_lane, v_now, v_at,
    v_at + v_budget.latest_arrival + interval '60 seconds' + v_budget.margin, reserve_call.wait_ms
  )
  returning id into call_id;
  if v_budget.mode = 'shadow' then
    wait_ms := 0;
  end if;
  return next;
end
$$;

-- The request was not sent: its slot is free again. Does nothing for a call that was answered.
create function plane.release_call(p_call_id bigint, p_now timestamptz default null) returns void
language plpgsql set search_path = '' set enable_seqscan = off as $$
begin
  -- A release that is lost in a crash only leaves the slot taken for longer. Call this in a transaction of its own.
  perform set_config('synchronous_commit', 'off', true);
  update plane.api_call c set status = 'released', held_until = coalesce(p_now, clock_timestamp())
  where c.id = p_call_id and c.status = 'booked';
end
$$;

-- The answer came, so the request has arrived: it counts until 60 s from now. What the answer says about the window is
-- compared with what we know: more than all our calls that can be in it were others'; they count for a window from now,
-- or until an answer shows that they are gone. X-RateLimit-Reset is always "now + 60" and not looked at.
create function plane.settle_call(
  p_call_id bigint,
  p_status integer,
  p_remaining integer default null,
  p_retry_after_ms integer default null,
  p_now timestamptz default null
) returns void
language plpgsql set search_path = '' set enable_seqscan = off as $$
declare
  v_now timestamptz := coalesce(p_now, clock_timestamp());
  v_credential text;
  v_due timestamptz;
  v_limit integer;
  v_margin interval;
  v_paused_until timestamptz := null;
  v_others integer;
  v_own_most integer;
  v_own_least integer;
  v_foreign integer;
  v_missing integer;
  v_surplus integer;
begin
  -- Lost in a crash, this only leaves the slot taken for longer. Call it in a transaction of its own.
  perform set_config('synchronous_commit', 'off', true);
  update plane.api_call c set
    status = 'answered', answered_at = v_now, http_status = p_status,
    -- Plane does not count what it refuses.
    held_until = case p_status when 429 then v_now else v_now + interval '60 seconds' + b.margin end
  from plane.api_budget b
  where c.id = p_call_id and c.status = 'booked' and b.credential = c.credential
  returning c.credential, c.due_at, b.call_limit, b.margin into v_credential, v_due, v_limit, v_margin;
  if not found then
    return;
  end if;

  if p_status = 429 then
    -- All who meet the same full window say the same moment: it is moved once, not added up.
    v_paused_until := v_now + least(coalesce(p_retry_after_ms, 5000), 3600000) * interval '1 millisecond' + v_margin;
    update plane.api_budget b set paused_until = v_paused_until
    where b.credential = v_credential and b.paused_until < v_paused_until;
  elsif p_remaining is null then
    return;
  end if;

  -- In the window when this call arrived, without the call itself, which a 429 does not count.
  v_others := v_limit - case when p_status = 429 then 0 else p_remaining + 1 end;
  -- Mostly there is nothing to learn, and a look is enough. Otherwise once more, with the credential locked.
  for attempt in 1..2 loop
    select
      count(*) filter (where c.lane <> 'foreign' and c.status <> 'released' and c.due_at <= v_now
        and c.held_until > v_due + v_margin),
      count(*) filter (where c.status = 'answered' and c.answered_at <= v_due and c.due_at > v_now - interval '60 seconds'),
      count(*) filter (where c.lane = 'foreign' and c.held_until > v_now)
    into v_own_most, v_own_least, v_foreign
    from plane.api_call c
    where c.credential = v_credential and c.held_until > least(v_due, v_now) and c.id <> p_call_id
      and c.http_status is distinct from 429;
    v_missing := v_others - v_own_most - v_foreign;
    v_surplus := v_foreign - greatest(v_others - v_own_least, 0);
    if v_missing <= 0 and v_surplus <= 0 then
      return;
    end if;
    if attempt = 1 then
      perform plane.lock_budget(v_credential);
    end if;
  end loop;

  if v_missing > 0 then
    -- After a 429 one of them is known to leave when Retry-After ends: who takes its place brings the next news.
    insert into plane.api_call (credential, lane, status, booked_at, due_at, held_until)
    select v_credential, 'foreign', 'foreign', v_now, v_now,
      case when n = 1 then least(v_paused_until, v_now + interval '60 seconds' + v_margin)
        else v_now + interval '60 seconds' + v_margin end
    from generate_series(1, v_missing) n;
  else
    update plane.api_call c set held_until = v_now where c.id in (
      select o.id from plane.api_call o
      where o.credential = v_credential and o.held_until > v_now and o.lane = 'foreign' and o.due_at <= v_due
      order by o.held_until limit v_surplus
    );
  end if;
end
$$;

-- How long nobody may send because of a 429, in ms.
create function plane.paused_ms(p_credential text, p_now timestamptz default null) returns integer
language sql stable set search_path = '' as $$
  select coalesce(max(ceil(extract(epoch from
    greatest(b.paused_until, coalesce(p_now, clock_timestamp())) - coalesce(p_now, clock_timestamp())) * 1000)), 0)::integer
  from plane.api_budget b where b.credential = p_credential and b.mode = 'enforce'
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
