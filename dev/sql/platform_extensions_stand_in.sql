-- What two of Supabase's extensions look like from outside, for checking functions that call them by name:
-- vault's view of secrets (here: none) and pg_net's function (here: it sends nothing).

create schema vault;

create view vault.decrypted_secrets as
select null::uuid as id, null::text as name, null::text as description, null::text as decrypted_secret
where false;

create schema net;

create function net.http_post(
  url text,
  body jsonb default '{}',
  params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}',
  timeout_milliseconds integer default 5000
) returns bigint
language sql
as $$
  select 0::bigint
$$;
