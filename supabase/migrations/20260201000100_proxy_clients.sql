-- Who may call Plane through plane-proxy, how often, and which signed requests were already used. Keys are stored as
-- SHA-256 (they are 256 random bits, so nothing slower is needed); signing secrets are not stored at all: the function
-- derives them from its own secret, the client's id and `secret_version`.

create table plane.proxy_client (
  id uuid constraint proxy_client_pkey primary key default gen_random_uuid(),
  name text not null constraint proxy_client_name_plain check (name ~ '^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$'),
  kind text not null constraint proxy_client_kind_known check (kind in ('key', 'signed')),
  key_hash text,
  key_hint text,
  secret_version integer not null default 1,
  previous_key_hash text,
  previous_until timestamptz,
  scopes jsonb not null default '[]' constraint proxy_client_scopes_array check (jsonb_typeof(scopes) = 'array'),
  workspaces text[] not null default '{}',
  calls_per_minute integer constraint proxy_client_calls_positive check (calls_per_minute > 0),
  expires_at timestamptz,
  revoked_at timestamptz,
  created_by text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint proxy_client_name_key unique (name),
  constraint proxy_client_key_hash_key unique (key_hash),
  constraint proxy_client_previous_key_hash_key unique (previous_key_hash),
  constraint proxy_client_has_its_credential check ((kind = 'key') = (key_hash is not null))
);
comment on table plane.proxy_client is 'Callers of plane-proxy. No scope or no workspace: nothing is allowed.';
comment on column plane.proxy_client.key_hash is 'SHA-256 of the key, hex. The key itself is shown once and kept nowhere.';
comment on column plane.proxy_client.key_hint is 'The last four characters of the key, to tell keys apart.';
comment on column plane.proxy_client.scopes is 'List of {methods, paths}; a path is a pattern after /api/v1/, `*` one segment, `**` the rest.';
comment on column plane.proxy_client.workspaces is 'Workspace slugs; `*` for every workspace.';
comment on column plane.proxy_client.calls_per_minute is 'The client''s own share of the limit; null: only the common limit.';
comment on column plane.proxy_client.previous_until is 'Until when the credential before the last rotation still works.';

create trigger proxy_client_touch before update on plane.proxy_client
  for each row execute function plane.update_timestamp();

-- Written by every call, so apart from what it counts for: the row stays small and its updates stay in its page.
create table plane.proxy_use (
  client_id uuid constraint proxy_use_pkey primary key
    constraint proxy_use_client_fkey references plane.proxy_client (id) on delete cascade,
  window_start timestamptz not null,
  calls integer not null default 0,
  previous_calls integer not null default 0,
  last_used_at timestamptz not null
) with (fillfactor = 50);
comment on table plane.proxy_use is 'Calls in this minute and the one before: together a sliding window.';

create table plane.proxy_nonce (
  client_id uuid not null constraint proxy_nonce_client_fkey references plane.proxy_client (id) on delete cascade,
  nonce text not null,
  used_at timestamptz not null,
  constraint proxy_nonce_pkey primary key (client_id, nonce)
);
comment on table plane.proxy_nonce is 'Signed requests that were used; kept for twice the time a timestamp may be off.';
-- What is past its time goes a few rows with each signed call.
create index proxy_nonce_used_idx on plane.proxy_nonce (used_at);

alter table plane.proxy_client enable row level security;
alter table plane.proxy_use enable row level security;
alter table plane.proxy_nonce enable row level security;
revoke all on plane.proxy_client, plane.proxy_use, plane.proxy_nonce from anon, authenticated, service_role;
grant select, insert, update, delete on plane.proxy_client, plane.proxy_use, plane.proxy_nonce to service_role;
create policy proxy_client_functions on plane.proxy_client for all to service_role using (true) with check (true);
create policy proxy_use_functions on plane.proxy_use for all to service_role using (true) with check (true);
create policy proxy_nonce_functions on plane.proxy_nonce for all to service_role using (true) with check (true);

-- Lets one call in, or says why not, in one round trip: by the hash of a key, or by the id of a client whose signature
-- has been verified. Returns {verdict, retry_after_ms, client}: verdict is admitted, unknown, revoked, expired, replayed or
-- limited. Only an admitted call counts. The share is a sliding window made of two counters: the minute before counts
-- with the part of it that is less than 60 s ago.
create function plane.admit_proxy_call(
  p_key_hash text default null,
  p_client_id uuid default null,
  p_nonce text default null,
  p_now timestamptz default clock_timestamp()
) returns jsonb
language plpgsql set search_path = '' as $$
declare
  v_client plane.proxy_client;
  v_use plane.proxy_use;
  v_minute constant timestamptz := date_trunc('minute', p_now);
  v_passed constant double precision := extract(epoch from p_now - date_trunc('minute', p_now)) / 60;
  v_wait double precision;
  v_named jsonb;
begin
  if p_key_hash is not null then
    select c.* into v_client from plane.proxy_client c where c.key_hash = p_key_hash;
    if v_client.id is null then
      select c.* into v_client from plane.proxy_client c
      where c.previous_key_hash = p_key_hash and c.previous_until > p_now;
    end if;
  else
    select c.* into v_client from plane.proxy_client c where c.id = p_client_id and c.kind = 'signed';
  end if;
  if v_client.id is null then
    return jsonb_build_object('verdict', 'unknown');
  end if;
  v_named := jsonb_build_object('id', v_client.id, 'name', v_client.name);
  if v_client.revoked_at is not null then
    return jsonb_build_object('verdict', 'revoked', 'client', v_named);
  elsif v_client.expires_at <= p_now then
    return jsonb_build_object('verdict', 'expired', 'client', v_named);
  end if;

  if p_nonce is not null then
    insert into plane.proxy_nonce (client_id, nonce, used_at) values (v_client.id, p_nonce, p_now)
    on conflict on constraint proxy_nonce_pkey do nothing;
    if not found then
      return jsonb_build_object('verdict', 'replayed', 'client', v_named);
    end if;
    delete from plane.proxy_nonce n where n.ctid in (
      select o.ctid from plane.proxy_nonce o where o.used_at < p_now - interval '10 minutes'
      order by o.used_at limit 4 for update skip locked
    );
  else
    -- A crash of the server may forget the last counts; a nonce must never be forgotten.
    perform set_config('synchronous_commit', 'off', true);
  end if;

  insert into plane.proxy_use as u (client_id, window_start, calls, last_used_at) values (v_client.id, v_minute, 1, p_now)
  on conflict on constraint proxy_use_pkey do update set
    previous_calls = case u.window_start
      when v_minute then u.previous_calls when v_minute - interval '1 minute' then u.calls else 0 end,
    calls = case u.window_start when v_minute then u.calls + 1 else 1 end,
    window_start = v_minute,
    last_used_at = p_now
  where v_client.calls_per_minute is null or v_client.calls_per_minute >= case u.window_start
    when v_minute then u.previous_calls * (1 - v_passed) + u.calls + 1
    when v_minute - interval '1 minute' then u.calls * (1 - v_passed) + 1
    else 1 end
  returning u.* into v_use;
  if v_use.client_id is not null then
    return jsonb_build_object('verdict', 'admitted',
      'client', v_named || jsonb_build_object('scopes', v_client.scopes, 'workspaces', v_client.workspaces));
  end if;

  select u.* into v_use from plane.proxy_use u where u.client_id = v_client.id;
  if v_use.window_start < v_minute then
    v_use.previous_calls := v_use.calls;
    v_use.calls := 0;
  end if;
  v_wait := case when v_use.calls + 1 > v_client.calls_per_minute
    then 2 - (v_client.calls_per_minute - 1.0) / v_use.calls - v_passed
    else 1 - (v_client.calls_per_minute - v_use.calls - 1.0) / v_use.previous_calls - v_passed end;
  return jsonb_build_object('verdict', 'limited', 'client', v_named,
    'retry_after_ms', greatest(ceil(v_wait * 60000), 1)::integer);
end
$$;

-- Writes a batch of audited calls: [{at, level, client, client_id, method, path, status, source, code, duration_ms}]. They
-- are written behind the answers anyway, so nothing waits for the disk: a crash of the server may lose the last moment.
create function plane.record_proxy_calls(p_calls jsonb) returns void
language sql set search_path = '' as $$
  select set_config('synchronous_commit', 'off', true);
  insert into ops.events (level, message, category, event_type, component, duration_ms, metadata, "timestamp")
  select c.level, c.method || ' ' || c.status, 'plane-proxy', 'proxy_call', 'plane-proxy', c.duration_ms,
    jsonb_strip_nulls(jsonb_build_object('client', c.client, 'client_id', c.client_id, 'method', c.method, 'path', c.path,
      'status', c.status, 'source', c.source, 'code', c.code)), c.at
  from jsonb_to_recordset(p_calls) as c(at timestamptz, level text, client text, client_id uuid, method text, path text,
    status integer, source text, code text, duration_ms integer)
$$;

-- The audit is kept 90 days. Deletes at most p_batch rows, so that a run is short; returns how many.
create function plane.purge_proxy(p_batch integer default 10000, p_now timestamptz default clock_timestamp()) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_count bigint;
begin
  delete from ops.events e where e.id in (
    select o.id from ops.events o
    where o.category = 'plane-proxy' and o.created_at < p_now - interval '90 days' order by o.created_at limit p_batch
  );
  get diagnostics v_count = row_count;
  delete from plane.proxy_nonce n where n.used_at < p_now - interval '10 minutes';
  return v_count;
end
$$;

revoke execute on function plane.admit_proxy_call(text, uuid, text, timestamptz), plane.record_proxy_calls(jsonb),
  plane.purge_proxy(integer, timestamptz) from public, anon, authenticated;
grant execute on function plane.admit_proxy_call(text, uuid, text, timestamptz), plane.record_proxy_calls(jsonb),
  plane.purge_proxy(integer, timestamptz) to service_role;

do $$
begin
  if exists (select from pg_catalog.pg_extension where extname = 'pg_cron') then
    perform cron.schedule('plane-proxy-purge', '23 * * * *', 'select plane.purge_proxy()');
  end if;
end
$$;
