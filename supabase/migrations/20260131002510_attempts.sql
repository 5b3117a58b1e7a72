-- Writes that were begun: noted before they are sent, and settled with everything else. What is left here belongs to a worker that
-- died, or that never heard an answer: whoever looks at the pair next knows what may have been written, and the log gets it.

create table plane.sync_attempt (
  id uuid not null default gen_random_uuid() constraint sync_attempt_pkey primary key,
  mapping_id uuid not null constraint sync_attempt_mapping_fkey references plane.sync_mappings (id) on delete cascade,
  side text not null constraint sync_attempt_side_known check (side in ('plane', 'odoo')),
  stamp timestamptz,
  plane_base jsonb not null,
  odoo_base jsonb not null,
  changes jsonb not null,
  source_system text not null,
  source_id text not null,
  actor text,
  run_id uuid,
  delivery_id bigint,
  noted_at timestamptz not null
);
comment on table plane.sync_attempt is 'Writes whose outcome is not settled: a row lives until a look at its pair says what became of it.';
comment on column plane.sync_attempt.stamp is 'The stamp of the record before the write: the same stamp later makes it likely that nothing was written, and the values decide (Odoo''s stamps are whole seconds). Null: the record is made.';
comment on column plane.sync_attempt.plane_base is 'What both sides agree on if the write took effect: the fields it wrote, in Plane''s form.';
comment on column plane.sync_attempt.odoo_base is 'The same in Odoo''s form.';

-- Every reading of a pair asks for its attempts, in their order; also serves the foreign key's cascade.
create index sync_attempt_mapping_idx on plane.sync_attempt (mapping_id, noted_at);

alter table plane.sync_attempt enable row level security;
revoke all on plane.sync_attempt from anon, authenticated, service_role;
grant select, insert, update, delete on plane.sync_attempt to service_role;
create policy sync_attempt_functions on plane.sync_attempt for all to service_role using (true) with check (true);

-- Notes what a worker is about to write. Only the holder of the fence may write anything; no row when the lease is lost.
create function plane.note_attempt(
  p_queue_id uuid,
  p_fence bigint,
  p_mapping_id uuid,
  p_side text,
  p_stamp timestamptz,
  p_plane_base jsonb,
  p_odoo_base jsonb,
  p_changes jsonb,
  p_actor text,
  p_now timestamptz default clock_timestamp()
) returns setof uuid
language sql set search_path = '' as $$
  insert into plane.sync_attempt (
    mapping_id, side, stamp, plane_base, odoo_base, changes, source_system, source_id, actor, run_id, delivery_id, noted_at
  )
  select p_mapping_id, p_side, p_stamp, p_plane_base, p_odoo_base, p_changes, q.source_system, q.source_id, p_actor, q.run_id,
    q.last_delivery_id, p_now
  from plane.sync_queue q
  where q.id = p_queue_id and q.fence = p_fence and q.status = 'processing'
  for share
  returning id
$$;

-- p_attempts: list of {id, became}. `settled`: its own worker heard the answer, and logs what it did itself. `written`: it was
-- found to have taken effect. `nothing`: it has not. `unknown`: nobody can tell any more; what it was to replace is in the log.
create function plane.settle_attempts(p_attempts jsonb, p_mapping plane.sync_mappings, p_now timestamptz) returns void
language sql set search_path = '' as $$
  with over as (
    delete from plane.sync_attempt a
    using jsonb_to_recordset(p_attempts) as o (id uuid, became text)
    where a.id = o.id and a.mapping_id = p_mapping.id
    returning a.*, o.became
  )
  insert into plane.sync_log (
    mapping_id, source_system, source_id, target_id, operation, success, error_message, changes, run_id, delivery_id, actor,
    created_at
  )
  select p_mapping.id, o.source_system, o.source_id,
    case o.source_system when 'odoo' then p_mapping.plane_id else p_mapping.odoo_id end,
    case when o.stamp is null then 'create' else 'update' end, o.became = 'written',
    case o.became when 'unknown' then 'outcome_unknown' end, o.changes, o.run_id, o.delivery_id, o.actor, p_now
  from over o
  where o.became in ('written', 'unknown')
  order by o.noted_at, o.id
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
