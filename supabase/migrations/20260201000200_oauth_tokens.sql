-- OAuth tokens for Plane: sealed before they come here, refreshed by one worker at a time, never lost.
--
-- The database never sees a token: `access_sealed` and its neighbours are AES-256-GCM under a key only the functions have,
-- bound to table, column, row and `version`. Every write of sealed values raises `version`; every new answer of the
-- authorization server raises `generation`.

create table plane.oauth_token (
  id uuid constraint oauth_token_pkey primary key default gen_random_uuid(),
  kind text not null constraint oauth_token_kind_known check (kind in ('bot', 'user')),
  status text not null default 'active'
    constraint oauth_token_status_known check (status in ('active', 'needs_reauthorization')),
  app_installation_id text,
  workspace_id text,
  workspace_slug text,
  plane_user_id text,
  scope text,
  authorized_by text not null,
  authorized_at timestamptz not null default clock_timestamp(),
  key_id text,
  access_sealed bytea,
  refresh_sealed bytea,
  previous_refresh_sealed bytea,
  version integer not null default 0,
  generation integer not null default 0,
  stored_fence integer not null default 0,
  expires_at timestamptz,
  usable_until timestamptz,
  refresh_at timestamptz not null default clock_timestamp(),
  refreshed_at timestamptz,
  lookup_at timestamptz default clock_timestamp(),
  fence integer not null default 0,
  lease_until timestamptz,
  open_attempts integer not null default 0,
  failures integer not null default 0,
  cooldown_until timestamptz,
  last_error text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint oauth_token_bot_has_installation check (kind <> 'bot' or app_installation_id is not null),
  constraint oauth_token_sealed_with_a_key
    check (key_id is not null or (access_sealed is null and refresh_sealed is null and previous_refresh_sealed is null))
);
comment on table plane.oauth_token is 'One row per grant: a bot''s installation, or a person''s consent. Secrets are sealed outside the database.';
comment on column plane.oauth_token.plane_user_id is 'Who acts with this token in Plane: changes by this user are echoes of our own.';
comment on column plane.oauth_token.previous_refresh_sealed is 'The refresh token before the last rotation, kept for one attempt should the present one be refused.';
comment on column plane.oauth_token.stored_fence is 'The attempt that brought the present generation.';
comment on column plane.oauth_token.refresh_at is 'From when on it is refreshed ahead of its expiry; spread, so that grants do not come due together.';
comment on column plane.oauth_token.lookup_at is 'From when on Plane is asked whose token it is; null when that is known.';
comment on column plane.oauth_token.open_attempts is 'The intent: attempts begun since the last one whose end is known. Above 1: somebody died on the way.';

create unique index oauth_token_installation_key on plane.oauth_token (app_installation_id) where kind = 'bot';
create unique index oauth_token_user_key on plane.oauth_token (plane_user_id) where kind = 'user';

create trigger oauth_token_touch before update on plane.oauth_token
  for each row execute function plane.update_timestamp();

-- A consent under way. The state itself is only in the address the browser is sent to; here is its hash.
create table plane.oauth_state (
  state_hash text constraint oauth_state_pkey primary key,
  kind text not null constraint oauth_state_kind_known check (kind in ('bot', 'user')),
  ops_user text not null,
  key_id text,
  code_verifier_sealed bytea,
  created_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null default clock_timestamp() + interval '10 minutes'
);
comment on column plane.oauth_state.ops_user is 'Who began the consent; the grant is written down under this name.';

alter table plane.oauth_token enable row level security;
alter table plane.oauth_state enable row level security;
revoke all on plane.oauth_token, plane.oauth_state from anon, authenticated, service_role;
grant select, insert, update, delete on plane.oauth_token, plane.oauth_state to service_role;
create policy oauth_token_functions on plane.oauth_token for all to service_role using (true) with check (true);
create policy oauth_state_functions on plane.oauth_state for all to service_role using (true) with check (true);

-- What may be shown: everything but the secrets.
create view plane.v_oauth_tokens with (security_invoker = true) as
select t.id, t.kind, t.status, t.app_installation_id, t.workspace_id, t.workspace_slug, t.plane_user_id, t.scope, t.authorized_by,
  t.authorized_at, t.key_id, t.access_sealed is not null as has_access_token, t.refresh_sealed is not null as has_refresh_token,
  t.previous_refresh_sealed is not null as has_previous_refresh_token, t.generation, t.expires_at, t.refresh_at,
  t.refreshed_at, t.lease_until, t.open_attempts, t.failures, t.cooldown_until, t.last_error
from plane.oauth_token t;
revoke all on plane.v_oauth_tokens from anon, authenticated, service_role;
grant select on plane.v_oauth_tokens to service_role;

-- Leases one grant for a refresh, if it is due and nobody else has it: no row otherwise. A caller that cannot use the token
-- it read names that token's generation; once anybody has brought a newer one, there is nothing to claim any more.
-- The claim is the intent: what was claimed stays due until its end is known.
create function plane.claim_oauth_refresh(
  p_id uuid,
  p_unusable_generation integer default null,
  p_lease interval default '60 seconds',
  p_now timestamptz default clock_timestamp()
) returns table (token plane.oauth_token, claimed_at timestamptz)
language sql set search_path = '' as $$
  update plane.oauth_token t set
    fence = t.fence + 1,
    lease_until = p_now + p_lease,
    open_attempts = t.open_attempts + 1,
    refresh_at = least(t.refresh_at, p_now)
  where t.id = p_id and t.status = 'active'
    and (t.refresh_at <= p_now or t.generation = p_unusable_generation)
    and (t.lease_until is null or t.lease_until <= p_now)
    and (t.cooldown_until is null or t.cooldown_until <= p_now)
  returning t, p_now
$$;

-- Writes what the authorization server gave, unless somebody wrote sealed values since the caller read them (p_version):
-- then nothing happens, and the caller looks again. Times count from the claim, before the request was sent.
create function plane.store_oauth_token(
  p_id uuid,
  p_version integer,
  p_fence integer,
  p_generation integer,
  p_key_id text,
  p_access bytea,
  p_refresh bytea,
  p_previous_refresh bytea,
  p_issued_at timestamptz,
  p_expires_in double precision,
  p_usable_for double precision,
  p_refresh_after double precision,
  p_scope text
) returns boolean
language sql set search_path = '' as $$
  with stored as (
    update plane.oauth_token t set
      status = 'active',
      key_id = p_key_id,
      access_sealed = p_access,
      refresh_sealed = p_refresh,
      previous_refresh_sealed = p_previous_refresh,
      version = t.version + 1,
      generation = p_generation,
      stored_fence = p_fence,
      expires_at = p_issued_at + make_interval(secs => p_expires_in),
      usable_until = p_issued_at + make_interval(secs => p_usable_for),
      refresh_at = p_issued_at + make_interval(secs => p_refresh_after),
      refreshed_at = clock_timestamp(),
      scope = coalesce(p_scope, t.scope),
      -- Another worker's lease, begun while this answer was on its way, stays.
      lease_until = case when t.fence = p_fence then null else t.lease_until end,
      open_attempts = case when t.fence = p_fence then 0 else t.open_attempts end,
      failures = 0,
      cooldown_until = null,
      last_error = null
    where t.id = p_id and t.version = p_version
    returning t.id
  )
  select exists (select from stored)
$$;

-- Seals the same values anew. A lease is not touched: who holds it finds the version changed and seals again.
create function plane.reseal_oauth_token(
  p_id uuid, p_version integer, p_key_id text, p_access bytea, p_refresh bytea, p_previous_refresh bytea
) returns boolean
language sql set search_path = '' as $$
  with resealed as (
    update plane.oauth_token t set
      key_id = p_key_id,
      access_sealed = p_access,
      refresh_sealed = p_refresh,
      previous_refresh_sealed = p_previous_refresh,
      version = t.version + 1
    where t.id = p_id and t.version = p_version
    returning t.id
  )
  select exists (select from resealed)
$$;

-- Ends an attempt without a token: a pause, or (p_dead) no further attempt until somebody consents again. Only for the holder
-- of the fence, and only while the generation it tried to replace is still there. Of a series of failures the first is an event.
create function plane.fail_oauth_refresh(
  p_id uuid,
  p_fence integer,
  p_generation integer,
  p_error text,
  p_cooldown interval,
  p_dead boolean,
  p_now timestamptz default clock_timestamp()
) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_failed plane.oauth_token;
  v_unfinished integer;
begin
  select t.open_attempts - 1 into v_unfinished from plane.oauth_token t where t.id = p_id for update;
  update plane.oauth_token t set
    status = case when p_dead then 'needs_reauthorization' else t.status end,
    lease_until = null,
    open_attempts = 0,
    failures = t.failures + 1,
    cooldown_until = p_now + p_cooldown,
    last_error = p_error
  where t.id = p_id and t.fence = p_fence and t.generation = p_generation
  returning t.* into v_failed;
  if v_failed.id is null then
    return false;
  end if;
  if p_dead or v_failed.failures = 1 then
    perform ops.log_event(
      case when p_dead then 'error' else 'warn' end,
      case when p_dead then 'Somebody must authorise Plane access again' else 'A Plane token could not be refreshed' end,
      p_category => 'plane-sync', p_system => 'plane', p_component => 'oauth-token-refresh',
      p_event_type => case when p_dead then 'oauth_needs_reauthorization' else 'oauth_refresh_failed' end,
      p_metadata => jsonb_build_object('token_id', p_id, 'kind', v_failed.kind, 'workspace_slug', v_failed.workspace_slug,
        'error', p_error, 'attempts_without_end', v_unfinished)
    );
  end if;
  return true;
end
$$;

-- Begins a consent; those that nobody finished in time go.
create function plane.begin_oauth(
  p_state_hash text, p_kind text, p_ops_user text, p_key_id text default null, p_code_verifier bytea default null
) returns timestamptz
language sql set search_path = '' as $$
  with expired as (delete from plane.oauth_state s where s.expires_at <= clock_timestamp())
  insert into plane.oauth_state (state_hash, kind, ops_user, key_id, code_verifier_sealed)
  values (p_state_hash, p_kind, p_ops_user, p_key_id, p_code_verifier)
  returning expires_at
$$;

-- Takes a state: the second caller gets no row, and so does one who comes after ten minutes.
create function plane.take_oauth_state(p_state_hash text, p_now timestamptz default clock_timestamp())
returns table (kind text, ops_user text, key_id text, code_verifier_sealed bytea)
language sql set search_path = '' as $$
  with taken as (delete from plane.oauth_state s where s.state_hash = p_state_hash returning s.*)
  select t.kind, t.ops_user, t.key_id, t.code_verifier_sealed from taken t where t.expires_at > p_now
$$;

-- A consent to an installation: a new grant, or the same one again. The higher fence marks what is still on its way as older.
create function plane.install_oauth_bot(p_installation_id text, p_ops_user text) returns uuid
language sql set search_path = '' as $$
  insert into plane.oauth_token as t (kind, app_installation_id, authorized_by)
  values ('bot', p_installation_id, p_ops_user)
  on conflict (app_installation_id) where kind = 'bot' do update set
    status = 'active', authorized_by = excluded.authorized_by, authorized_at = clock_timestamp(), fence = t.fence + 1,
    lease_until = null, open_attempts = 0, failures = 0, cooldown_until = null, last_error = null,
    refresh_at = clock_timestamp(), lookup_at = clock_timestamp()
  returning t.id
$$;

-- A person's consent: the tokens that came for it.
create function plane.add_oauth_user(
  p_id uuid, p_ops_user text, p_key_id text, p_access bytea, p_refresh bytea, p_issued_at timestamptz,
  p_expires_in double precision, p_usable_for double precision, p_refresh_after double precision, p_scope text
) returns void
language sql set search_path = '' as $$
  insert into plane.oauth_token (id, kind, authorized_by, key_id, access_sealed, refresh_sealed, version, generation, expires_at,
    usable_until, refresh_at, refreshed_at, scope)
  values (p_id, 'user', p_ops_user, p_key_id, p_access, p_refresh, 1, 1, p_issued_at + make_interval(secs => p_expires_in),
    p_issued_at + make_interval(secs => p_usable_for), p_issued_at + make_interval(secs => p_refresh_after),
    clock_timestamp(), p_scope)
$$;

-- Writes down whose token it is. A person who consented again has one grant: the older one goes.
create function plane.identify_oauth_token(
  p_id uuid, p_plane_user_id text, p_workspace_id text default null, p_workspace_slug text default null
) returns void
language plpgsql set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('oauth_token:' || p_plane_user_id, 0));
  delete from plane.oauth_token t
  where t.kind = 'user' and t.plane_user_id = p_plane_user_id and t.id <> p_id
    and exists (select from plane.oauth_token n where n.id = p_id and n.kind = 'user');
  update plane.oauth_token t set
    plane_user_id = p_plane_user_id, workspace_id = p_workspace_id, workspace_slug = p_workspace_slug, lookup_at = null
  where t.id = p_id;
end
$$;

-- Asks the function to refresh, when there is something to do. The address is the Vault secret oauth_refresh_url, the key is
-- plane_sync_cron_key; without them, or without pg_net, nothing happens. A nudge: tokens are refreshed on demand as well.
create function plane.nudge_oauth() returns boolean
language plpgsql set search_path = '' as $$
begin
  if not exists (
    select from plane.oauth_token t
    where t.status = 'active' and (t.lease_until is null or t.lease_until <= clock_timestamp())
      and (t.cooldown_until is null or t.cooldown_until <= clock_timestamp())
      and (t.refresh_at <= clock_timestamp() or t.lookup_at <= clock_timestamp())
  ) then
    return false;
  end if;
  return plane.ask_function('oauth_refresh_url', 'plane_sync_cron_key', '?action=refresh');
end
$$;

revoke execute on function plane.claim_oauth_refresh, plane.store_oauth_token, plane.reseal_oauth_token, plane.fail_oauth_refresh,
  plane.begin_oauth, plane.take_oauth_state, plane.install_oauth_bot, plane.add_oauth_user, plane.identify_oauth_token,
  plane.nudge_oauth from public, anon, authenticated;
grant execute on function plane.claim_oauth_refresh, plane.store_oauth_token, plane.reseal_oauth_token, plane.fail_oauth_refresh,
  plane.begin_oauth, plane.take_oauth_state, plane.install_oauth_bot, plane.add_oauth_user, plane.identify_oauth_token,
  plane.nudge_oauth to service_role;

-- As with the nudge of the queue: only where pg_cron is loaded for this database.
do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
    and current_setting('shared_preload_libraries') like '%pg_cron%'
    and coalesce(current_setting('cron.database_name', true), 'postgres') = current_database()
  then
    create extension if not exists pg_cron;
    perform cron.schedule('plane-oauth-refresh', '* * * * *', 'select plane.nudge_oauth()');
  else
    raise notice 'pg_cron is not available here: call oauth-token-refresh?action=refresh every few minutes yourself';
  end if;
end
$$;
