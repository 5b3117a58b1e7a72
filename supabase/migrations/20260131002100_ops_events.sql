-- The stream of events that on-call reads. Messages and metadata carry codes and identifiers, never record contents.

create table ops.events (
  id uuid constraint events_pkey primary key default gen_random_uuid(),
  run_id uuid,
  level text not null constraint events_level_known check (level in ('debug', 'info', 'warn', 'error', 'fatal')),
  category text,
  event_type text,
  message text not null,
  system text not null default 'supabase',
  component text,
  function_name text,
  file_path text,
  line_number integer,
  metadata jsonb not null default '{}',
  context jsonb not null default '{}',
  duration_ms integer,
  "timestamp" timestamptz not null default now(),
  trace_id text,
  span_id text,
  parent_span_id text,
  created_at timestamptz not null default now()
);

-- "The latest events of a category": the documented query, without a sort.
create index events_category_idx on ops.events (category, created_at desc);
-- Retention deletes the oldest; rows arrive in time order.
create index events_created_idx on ops.events using brin (created_at);

alter table ops.events enable row level security;
revoke all on ops.events from anon, authenticated, service_role;
grant select, insert, delete on ops.events to service_role;
create policy events_functions on ops.events for all to service_role using (true) with check (true);

-- Writes one event and returns its id. `warning` is accepted for `warn`.
create function ops.log_event(
  p_level text,
  p_message text,
  p_run_id uuid default null,
  p_system text default 'supabase',
  p_category text default null,
  p_event_type text default null,
  p_component text default null,
  p_duration_ms integer default null,
  p_metadata jsonb default '{}'
) returns uuid
language sql set search_path = '' as $$
  insert into ops.events (level, message, run_id, system, category, event_type, component, duration_ms, metadata)
  values (
    case p_level when 'warning' then 'warn' else p_level end,
    p_message, p_run_id, coalesce(p_system, 'supabase'), p_category, p_event_type, p_component, p_duration_ms,
    coalesce(p_metadata, '{}')
  )
  returning id
$$;

revoke execute on all functions in schema ops from public, anon, authenticated;
grant execute on all functions in schema ops to service_role;
