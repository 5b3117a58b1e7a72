-- What is synchronised with what: pairs, their contents, configuration, value maps, and the log of effects.
--
-- Grants and row level security stand beside each table. `authenticated` reads mappings and configuration and
-- nothing else; record contents are in tables of their own that only the functions (service_role) may read.
-- The roles anon, authenticated and service_role exist on every Supabase project.

create schema if not exists plane;
create schema if not exists ops;

revoke all on schema plane, ops from public;
grant usage on schema plane to authenticated, service_role;
grant usage on schema ops to service_role;

create function plane.update_timestamp() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.updated_at := pg_catalog.clock_timestamp();
  return new;
end
$$;

-- One row per pair of records. `origin` is the side that made the record first; the source_ and target_ columns
-- are the same pair as seen from there. A row without plane_id or without odoo_id is an intent: the partner is about to be
-- made there.
create table plane.sync_mappings (
  id uuid constraint sync_mappings_pkey primary key default gen_random_uuid(),
  plane_type text not null,
  plane_id text,
  plane_project_id text,
  odoo_model text not null,
  odoo_id text,
  match_odoo_id text,
  origin text not null default 'plane' constraint sync_mappings_origin_known check (origin in ('plane', 'odoo')),
  source_system text generated always as (origin) stored,
  source_id text generated always as (case origin when 'plane' then plane_id else odoo_id end) stored,
  source_type text generated always as (case origin when 'plane' then plane_type else odoo_model end) stored,
  target_id text generated always as (case origin when 'plane' then odoo_id else plane_id end) stored,
  target_type text generated always as (case origin when 'plane' then odoo_model else plane_type end) stored,
  sync_direction text not null default 'bidirectional'
    constraint sync_mappings_direction_known check (sync_direction in ('plane_to_odoo', 'odoo_to_plane', 'bidirectional')),
  status text not null default 'active'
    constraint sync_mappings_status_known check (status in ('active', 'paused', 'error', 'archived')),
  sync_version integer not null default 1,
  last_synced_at timestamptz,
  error_count integer not null default 0,
  last_error text,
  plane_updated_at timestamptz,
  odoo_write_date timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sync_mappings_has_a_side check (plane_id is not null or odoo_id is not null),
  constraint sync_mappings_plane_key unique (plane_type, plane_id),
  constraint sync_mappings_odoo_key unique (odoo_model, odoo_id),
  constraint sync_mappings_source_key unique (source_system, source_id, source_type)
);
comment on table plane.sync_mappings is 'Which Plane record belongs to which Odoo record. Errors are codes, never values.';
comment on column plane.sync_mappings.match_odoo_id is
  'The Odoo record an intent is about to be linked to: nobody else''s until the intent is a pair or is given up.';
comment on column plane.sync_mappings.plane_updated_at is 'The updated_at of the newest Plane state that was applied.';

-- "Everything of this project": pause, backfill and the drift check ask for it.
create index sync_mappings_project_idx on plane.sync_mappings (plane_project_id);
-- "Whose is this Odoo record going to be?": asked when an intent is opened for it. Few intents are linked to what is there.
create index sync_mappings_match_idx on plane.sync_mappings (odoo_model, match_odoo_id)
  where odoo_id is null and match_odoo_id is not null;
-- "What is in error" is what on-call asks; few rows, so the index is tiny.
create index sync_mappings_error_idx on plane.sync_mappings (updated_at) where status = 'error';

create trigger sync_mappings_touch before update on plane.sync_mappings
  for each row execute function plane.update_timestamp();

alter table plane.sync_mappings enable row level security;
revoke all on plane.sync_mappings from anon, authenticated, service_role;
grant select on plane.sync_mappings to authenticated;
grant select, insert, update, delete on plane.sync_mappings to service_role;
create policy sync_mappings_read on plane.sync_mappings for select to authenticated using (true);

-- What both sides last agreed on, in each side's own stored form. Record contents: functions only.
create table plane.sync_snapshot (
  mapping_id uuid constraint sync_snapshot_pkey primary key
    constraint sync_snapshot_mapping_fkey references plane.sync_mappings (id) on delete cascade,
  plane_base jsonb not null default '{}',
  odoo_base jsonb not null default '{}',
  plane_seen jsonb,
  placeholders jsonb not null default '{}',
  updated_at timestamptz not null default now()
);
comment on column plane.sync_snapshot.plane_base is 'Field -> Plane''s stored value when both sides last agreed.';
comment on column plane.sync_snapshot.odoo_base is 'Field -> Odoo''s stored value (read back) when both sides last agreed.';
comment on column plane.sync_snapshot.plane_seen is 'The newest whole observation of the Plane record, normalised.';
comment on column plane.sync_snapshot.placeholders is 'Placeholder id -> the HTML node Odoo cannot hold.';

-- Pairs that must not be made again: deleted in Odoo, deleted in Plane, or only unlinked here.
create table plane.sync_tombstone (
  plane_type text not null,
  plane_id text not null,
  odoo_model text not null,
  odoo_id text,
  reason text not null
    constraint sync_tombstone_reason_known check (reason in ('mapping_deleted', 'deleted_in_odoo', 'deleted_in_plane')),
  created_at timestamptz not null default now(),
  constraint sync_tombstone_pkey primary key (plane_type, plane_id)
);
-- An Odoo record without partner may be what is left of a pair: its webhook or a sweep asks by the Odoo side.
create index sync_tombstone_odoo_idx on plane.sync_tombstone (odoo_model, odoo_id);
comment on table plane.sync_tombstone is 'The last known partner of a record without mapping. Delete a row to allow a new partner.';
comment on column plane.sync_tombstone.odoo_id is 'Null: deleted in Plane before it had a partner.';

-- Deleting a mapping forgets the link, not the partner: the next sync looks whether that record still exists.
create function plane.remember_partner() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into plane.sync_tombstone (plane_type, plane_id, odoo_model, odoo_id, reason)
  values (old.plane_type, old.plane_id, old.odoo_model, old.odoo_id, 'mapping_deleted')
  on conflict (plane_type, plane_id) do nothing;
  return old;
end
$$;

create trigger sync_mappings_remember_partner after delete on plane.sync_mappings
  for each row when (old.plane_id is not null and old.odoo_id is not null)
  execute function plane.remember_partner();

-- One row per kind of pair. What a row asks for and the suite cannot do is reported in the status by name.
create table plane.sync_config (
  id uuid constraint sync_config_pkey primary key default gen_random_uuid(),
  plane_type text not null,
  odoo_model text not null,
  enabled boolean not null default true,
  direction text not null default 'bidirectional'
    constraint sync_config_direction_known check (direction in ('plane_to_odoo', 'odoo_to_plane', 'bidirectional')),
  field_mappings jsonb not null default '{}'
    constraint sync_config_field_mappings_object check (jsonb_typeof(field_mappings) = 'object'),
  conflict_resolution text not null default 'latest_wins'
    constraint sync_config_policy_known check (conflict_resolution in ('latest_wins', 'plane_wins', 'odoo_wins', 'manual')),
  options jsonb not null default '{}' constraint sync_config_options_object check (jsonb_typeof(options) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sync_config_pair_key unique (plane_type, odoo_model)
);
comment on column plane.sync_config.field_mappings is 'Plane field -> Odoo field. Leaving a field out switches it off.';

create trigger sync_config_touch before update on plane.sync_config
  for each row execute function plane.update_timestamp();

-- Which value of one side stands for which of the other: users, states, labels, and the tag a module's tasks carry. `automatic` rows are a cache of what
-- was matched by name or e-mail and may be deleted at any time; `manual` rows are decisions and are never overwritten.
create table plane.sync_value_map (
  kind text not null constraint sync_value_map_kind_known check (kind in ('user', 'state', 'label', 'module')),
  plane_value text not null,
  plane_name text not null default '',
  odoo_model text not null,
  odoo_id text,
  decided_by text not null default 'automatic'
    constraint sync_value_map_decided_by_known check (decided_by in ('automatic', 'manual')),
  updated_at timestamptz not null default now(),
  constraint sync_value_map_pkey primary key (kind, plane_value)
);
comment on table plane.sync_value_map is 'A row without odoo_id is a value nobody could match: the record syncs without it, status names it.';
-- "Is this tag a module's?" is asked for every tag that is no label yet; few rows are of that kind.
create index sync_value_map_module_idx on plane.sync_value_map (odoo_id) where kind = 'module';
comment on column plane.sync_value_map.plane_value is
  'The id of the user, state, label or module in Plane; what Odoo has and Plane has not is named <project>/<what>.';

-- What was done, field by field. Record contents: functions only.
create table plane.sync_log (
  id bigint generated always as identity constraint sync_log_pkey primary key,
  mapping_id uuid constraint sync_log_mapping_fkey references plane.sync_mappings (id) on delete set null,
  source_system text not null,
  source_id text not null,
  target_id text,
  operation text not null,
  success boolean not null,
  error_message text,
  changes jsonb not null default '[]',
  source_data jsonb,
  target_data jsonb,
  duration_ms integer,
  run_id uuid,
  delivery_id bigint,
  actor text,
  created_at timestamptz not null default now()
);
comment on column plane.sync_log.changes is
  'List of {field, side, from, to, why, base}: the values of the side that was written, before and after, in its own form.';
comment on column plane.sync_log.run_id is 'The backfill, sweep or undo that asked for it.';
comment on column plane.sync_log.delivery_id is 'The newest delivery among the hints it answers; that one may be gone after 30 days.';
comment on column plane.sync_log.actor is 'Who changed it: the id of a Plane user or the number of an Odoo user.';

-- "What happened to this record", newest first; also serves the foreign key's set null.
create index sync_log_mapping_idx on plane.sync_log (mapping_id, id desc);
-- "What did this run do": its report and its undo ask for it. Most rows belong to no run.
create index sync_log_run_idx on plane.sync_log (run_id, id) where run_id is not null;
-- Retention deletes the oldest days; rows arrive in time order, so a block range index is enough.
create index sync_log_created_idx on plane.sync_log using brin (created_at);

alter table plane.sync_snapshot enable row level security;
alter table plane.sync_tombstone enable row level security;
alter table plane.sync_config enable row level security;
alter table plane.sync_value_map enable row level security;
alter table plane.sync_log enable row level security;

revoke all on plane.sync_snapshot, plane.sync_tombstone, plane.sync_config, plane.sync_value_map, plane.sync_log
  from anon, authenticated, service_role;
grant select, insert, update, delete
  on plane.sync_snapshot, plane.sync_tombstone, plane.sync_config, plane.sync_value_map, plane.sync_log to service_role;
grant select on plane.sync_config to authenticated;

create policy sync_config_read on plane.sync_config for select to authenticated using (true);
create policy sync_snapshot_functions on plane.sync_snapshot for all to service_role using (true) with check (true);
create policy sync_tombstone_functions on plane.sync_tombstone for all to service_role using (true) with check (true);
create policy sync_value_map_functions on plane.sync_value_map for all to service_role using (true) with check (true);
create policy sync_log_functions on plane.sync_log for all to service_role using (true) with check (true);

-- The pairs users were promised. Documents are off until options.plane_project says which Plane project holds them.
insert into plane.sync_config (plane_type, odoo_model, enabled, direction, field_mappings) values
  ('project', 'project.project', true, 'bidirectional',
   '{"name": "name", "description": "description", "lead": "user_id", "archived": "active"}'),
  ('issue', 'project.task', true, 'bidirectional',
   '{"name": "name", "description": "description", "priority": "priority", "state": "stage_id", "assignees": "user_ids",
     "labels": "tag_ids", "start_date": "planned_date_begin", "target_date": "date_deadline", "parent": "parent_id",
     "archived": "active"}'),
  ('issue_comment', 'mail.message', true, 'bidirectional', '{"comment": "body"}'),
  ('cycle', 'project.milestone', true, 'plane_to_odoo', '{"name": "name", "end_date": "deadline", "reached": "is_reached"}'),
  ('module', 'project.project', true, 'plane_to_odoo',
   '{"name": "name", "description": "description", "status": "last_update_status", "lead": "user_id", "archived": "active"}'),
  ('issue', 'sale.order', false, 'odoo_to_plane',
   '{"name": "name", "description": "display_name", "state": "state"}'),
  ('issue', 'account.move', false, 'odoo_to_plane',
   '{"name": "name", "description": "display_name", "state": "state"}');

revoke execute on all functions in schema plane from public, anon, authenticated;
