-- What both sides disagree on until somebody decides, how far each reader has come, what runs in the background, and what is
-- switched off.

-- One open row per field of a pair. Record contents: functions only.
create table plane.sync_conflict (
  id uuid constraint sync_conflict_pkey primary key default gen_random_uuid(),
  mapping_id uuid not null
    constraint sync_conflict_mapping_fkey references plane.sync_mappings (id) on delete cascade,
  field text not null,
  base jsonb,
  plane_value jsonb,
  odoo_value jsonb,
  plane_at timestamptz,
  odoo_at timestamptz,
  plane_actor text,
  odoo_actor text,
  status text not null default 'open' constraint sync_conflict_status_known check (status in ('open', 'resolved', 'gone')),
  resolution jsonb
    constraint sync_conflict_resolution_known check (
      resolution is null or coalesce(resolution ->> 'side' in ('plane', 'odoo'), false) or resolution ? 'value'
    ),
  resolved_by text,
  resolution_generation bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  resolved_at timestamptz
);
comment on table plane.sync_conflict is 'Fields that changed on both sides and that nobody may decide but a person.';
comment on column plane.sync_conflict.base is 'What both sides last agreed on; null when they never did.';
comment on column plane.sync_conflict.plane_at is 'When Plane''s value was first seen, as far as anybody can tell.';
comment on column plane.sync_conflict.resolution is
  '{"side": "plane"}, {"side": "odoo"} or {"value": ...} in Plane''s form: chosen, and carried out by the next look at the pair.';
comment on column plane.sync_conflict.resolution_generation is
  'The generation of the pair''s queue row that carries the resolution: who claimed an earlier one has not seen it.';

-- A field is in conflict once; also what settling and "the conflicts of this pair" look for.
create unique index sync_conflict_open_key on plane.sync_conflict (mapping_id, field) where status = 'open';
-- "What waits for a decision", oldest first; few rows, so the index is tiny.
create index sync_conflict_waiting_idx on plane.sync_conflict (created_at, id) where status = 'open';
-- Deleting a mapping deletes its conflicts, the settled ones too.
create index sync_conflict_mapping_idx on plane.sync_conflict (mapping_id);

-- How far a reader of one side has come. One worker at a time holds a cursor, and only the holder moves it.
create table plane.sync_cursor (
  name text constraint sync_cursor_pkey primary key,
  value jsonb not null default '{}',
  lock_until timestamptz,
  fence bigint not null default 0,
  worker_id text,
  updated_at timestamptz not null default now()
);
comment on table plane.sync_cursor is 'Named like odoo:project.task or plane:issue:<project>. Where a row is deleted its reader begins anew, with what changes from then on.';
comment on column plane.sync_cursor.lock_until is 'The end of the lease; null when nobody holds it.';
comment on column plane.sync_cursor.updated_at is 'When it was last moved or taken.';

-- Backfills, which go on over many requests, and undos, which are done once they are ordered.
create table plane.sync_run (
  id uuid constraint sync_run_pkey primary key default gen_random_uuid(),
  kind text not null constraint sync_run_kind_known check (kind in ('backfill', 'undo')),
  scope jsonb not null default '{}' constraint sync_run_scope_object check (jsonb_typeof(scope) = 'object'),
  dry_run boolean not null default false,
  status text not null default 'queued'
    constraint sync_run_status_known check (status in ('queued', 'running', 'done', 'failed', 'cancelled')),
  progress jsonb not null default '{}',
  report jsonb,
  error text,
  requested_by text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  lock_until timestamptz,
  fence bigint not null default 0,
  worker_id text
);
comment on column plane.sync_run.progress is 'Where it goes on after a crash, and what is shown meanwhile.';
comment on column plane.sync_run.report is 'What came of it; may hold record contents, so it is for the functions only.';
comment on column plane.sync_run.error is 'Why it failed: a code, never a value.';

-- Whom a worker takes next: the oldest that is not finished.
create index sync_run_open_idx on plane.sync_run (created_at, id) where status in ('queued', 'running');
-- "The latest runs", and retention deletes the oldest.
create index sync_run_created_idx on plane.sync_run (created_at);

-- What is switched off: everything (name 'all'), or one side while it fails ('plane', 'odoo').
create table plane.sync_switch (
  name text constraint sync_switch_pkey primary key,
  state text not null default 'on'
    constraint sync_switch_state_known check (state in ('on', 'paused', 'open', 'half_open')),
  reason text,
  failures integer not null default 0,
  until timestamptz,
  updated_at timestamptz not null default now()
);
comment on table plane.sync_switch is 'A switch without row is on.';
comment on column plane.sync_switch.until is 'When it goes on by itself; null: somebody must switch it on.';

alter table plane.sync_conflict enable row level security;
alter table plane.sync_cursor enable row level security;
alter table plane.sync_run enable row level security;
alter table plane.sync_switch enable row level security;

revoke all on plane.sync_conflict, plane.sync_cursor, plane.sync_run, plane.sync_switch from anon, authenticated, service_role;
grant select, insert, update, delete
  on plane.sync_conflict, plane.sync_cursor, plane.sync_run, plane.sync_switch to service_role;

create policy sync_conflict_functions on plane.sync_conflict for all to service_role using (true) with check (true);
create policy sync_cursor_functions on plane.sync_cursor for all to service_role using (true) with check (true);
create policy sync_run_functions on plane.sync_run for all to service_role using (true) with check (true);
create policy sync_switch_functions on plane.sync_switch for all to service_role using (true) with check (true);

-- Whether everything is switched off. Nothing is claimed meanwhile; what is at work is finished.
create function plane.is_paused(p_now timestamptz default clock_timestamp()) returns boolean
language plpgsql stable set search_path = '' as $$
begin
  return exists (
    select from plane.sync_switch s where s.name = 'all' and s.state = 'paused' and (s.until is null or s.until > p_now)
  );
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
