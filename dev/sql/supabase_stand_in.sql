-- What a Supabase project has before the first migration, as far as ours relies on it, for a plain PostgreSQL:
-- the API's roles and the functions of schema auth that read a request's claims. It may be applied twice.
-- Never part of supabase/migrations, because on Supabase these things exist and belong to others.

do $$
begin
  -- Roles belong to the whole server, so another database's stand-in may be making the same ones right now.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('supabase stand-in'));
  if to_regrole('anon') is null then
    create role anon nologin noinherit;
  end if;
  if to_regrole('authenticated') is null then
    create role authenticated nologin noinherit;
  end if;
  if to_regrole('service_role') is null then
    create role service_role nologin noinherit bypassrls;
  end if;
  if to_regrole('authenticator') is null then
    create role authenticator login noinherit;
  end if;
  grant anon, authenticated, service_role to authenticator;
end
$$;

grant usage on schema public to anon, authenticated, service_role;

create schema if not exists extensions;
grant usage on schema extensions to anon, authenticated, service_role;

create schema if not exists auth;
grant usage on schema auth to anon, authenticated, service_role;

-- The claims of the caller's token; PostgREST sets request.jwt.claims for each transaction.
create or replace function auth.jwt() returns jsonb
language sql stable
as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb
$$;

create or replace function auth.uid() returns uuid
language sql stable
as $$
  select (auth.jwt() ->> 'sub')::uuid
$$;

create or replace function auth.role() returns text
language sql stable
as $$
  select auth.jwt() ->> 'role'
$$;
