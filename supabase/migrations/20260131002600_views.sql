-- What people on call look at. Invoker views: they show what the reader may read anyway. None is granted to
-- authenticated, because queue and ledger rows say more than mappings do.

create view plane.v_active_syncs with (security_invoker = true) as
select m.id, m.source_system, m.source_id, m.source_type, m.target_id, m.target_type, m.last_synced_at, m.sync_version,
  m.status, m.error_count, c.enabled as config_enabled, c.direction as config_direction
from plane.sync_mappings m
left join plane.sync_config c on c.plane_type = m.plane_type and c.odoo_model = m.odoo_model
where m.status <> 'archived';

create view plane.v_pending_queue with (security_invoker = true) as
select q.id, q.source_system, q.source_id, q.source_type, q.operation, q.payload, q.status, q.priority, q.attempts,
  q.max_attempts, q.last_attempt_at, q.next_attempt_at, q.last_error, q.created_at, q.completed_at, q.worker_id, q.lock_until,
  q.entity_key, m.target_id, m.target_type
from plane.sync_queue q
left join lateral (
  select p.target_id, p.target_type from plane.sync_mappings p
  where (q.source_system = 'plane' and p.plane_type = q.source_type and p.plane_id = q.source_id)
    or (q.source_system = 'odoo' and p.odoo_model = q.source_type and p.odoo_id = q.source_id)
  limit 1
) m on true
where q.is_open
order by q.priority desc, q.next_attempt_at;

create view plane.v_sync_stats with (security_invoker = true) as
select source_system, source_type, count(*) as total_mappings, count(*) filter (where status = 'active') as active_count,
  count(*) filter (where status = 'error') as error_count, max(last_synced_at) as last_sync,
  round(avg(sync_version), 1) as avg_version
from plane.sync_mappings
group by source_system, source_type;

create view plane.v_dead_letters with (security_invoker = true) as
select q.id, q.entity_key, q.last_error as reason, q.attempts, q.completed_at as failed_at,
  format('select plane.replay(p_ids => array[%L]::uuid[])', q.id) as replay
from plane.sync_queue q
where q.status = 'failed' and not q.is_open;

-- One row: is the queue healthy? Garbage and long transactions are what makes a Postgres queue slow.
create view plane.v_queue_health with (security_invoker = true) as
select
  count(*) filter (where q.status = 'pending' and q.next_attempt_at <= now()) as due,
  count(*) filter (where q.status = 'pending' and q.next_attempt_at > now() and q.next_attempt_at < 'infinity') as waiting,
  count(*) filter (where q.status = 'pending' and q.next_attempt_at = 'infinity') as parked,
  count(*) filter (where q.status = 'processing') as processing,
  count(*) filter (where q.status = 'processing' and q.lock_until < now()) as leases_expired,
  count(*) filter (where q.status = 'failed') as dead,
  min(q.created_at) filter (where q.status = 'pending' and q.next_attempt_at <= now()) as oldest_due_since,
  (select s.n_dead_tup from pg_catalog.pg_stat_user_tables s where s.relid = 'plane.sync_queue'::regclass) as dead_tuples,
  (select max(age(a.backend_xmin)) from pg_catalog.pg_stat_activity a) as oldest_transaction_age
from plane.sync_queue q;

-- Fields that wait for a decision, with what each side says: record contents, so for the functions only, as snapshots are.
create view plane.v_conflicts with (security_invoker = true) as
select c.id, c.field, m.plane_type, m.plane_id, m.plane_project_id, m.odoo_model, m.odoo_id, c.base, c.plane_value, c.odoo_value,
  c.plane_at, c.odoo_at, c.plane_actor, c.odoo_actor, c.resolution, c.resolved_by, c.created_at, c.updated_at, c.mapping_id,
  format('select plane.resolve_conflict(%L, ''{"side": "plane"}'', ''your name'')', c.id) as resolve
from plane.sync_conflict c join plane.sync_mappings m on m.id = c.mapping_id
where c.status = 'open'
order by c.created_at, c.id;

-- What somebody should do now, most urgent first.
create view plane.v_next_actions with (security_invoker = true) as
select 1 as urgency, 'dead_letters' as topic, q.last_error as subject, count(*) as affected,
  format('Fix the cause, then: select plane.replay(p_reason => %L)', q.last_error) as action
from plane.sync_queue q where q.status = 'failed' and not q.is_open group by q.last_error
union all
select 2, 'unmapped_' || v.kind, v.plane_name, 1,
  case
    -- What Odoo has and Plane has not is named <project>/<what> (shared/sync/sides/unmatched.ts).
    when v.kind = 'user' and v.plane_value like '%/%' then format(
      'Make this person of Odoo a member of Plane''s project %s under this e-mail, or map a member to res.users %s in plane.sync_value_map',
      split_part(v.plane_value, '/', 1), split_part(v.plane_value, ',', 2)
    )
    when v.kind = 'state' and v.plane_value like '%/%' then format(
      'Make a state of this name in Plane''s project %s, or correct options.state_map of %s',
      split_part(v.plane_value, '/', 1), v.odoo_model
    )
    when v.kind = 'user' then 'Give an Odoo user this e-mail, or set odoo_id and decided_by = ''manual'' in plane.sync_value_map'
    else 'Set odoo_id and decided_by = ''manual'' in plane.sync_value_map'
  end
from plane.sync_value_map v where v.odoo_id is null and v.decided_by = 'automatic'
union all
select 2, 'failing_for_an_hour', q.last_error, count(*), 'See docs/errors.md; docs/operations.md says where to look'
from plane.sync_queue q
where q.status = 'pending' and q.next_attempt_at < 'infinity' and q.last_error is not null and q.attempts > 3
  and q.created_at < now() - interval '1 hour'
group by q.last_error
union all
select 3, 'mappings_in_error', m.last_error, count(*), 'Read plane.sync_log of these mappings'
from plane.sync_mappings m where m.status = 'error' group by m.last_error
union all
select 2, 'conflicts', c.field, count(*), 'Choose in plane.v_conflicts, or by POST ?action=resolve'
from plane.sync_conflict c where c.status = 'open' and c.resolution is null group by c.field
union all
-- Only while no later run of the kind came to its end.
select 2, 'failed_runs', r.kind || ': ' || coalesce(r.error, 'unknown'), count(*), 'See docs/errors.md, then ask for the run again'
from plane.sync_run r
where r.status = 'failed' and not exists (
  select from plane.sync_run l where l.kind = r.kind and l.scope = r.scope and l.status = 'done' and l.created_at > r.created_at
)
group by r.kind, r.error
union all
select 1, 'paused', 'everything', 1, 'select plane.resume(''all'')' from plane.sync_switch s where s.name = 'all' and plane.is_paused()
union all
-- What sweeps have stopped at; the status says more.
select 1, 'brake', split_part(c.name, ':', 4), (c.value ->> 'vanished')::bigint,
  format('Look whether they were really deleted, then: POST ?action=sweep {"release": "%s"}', split_part(c.name, ':', 4))
from plane.sync_cursor c where c.name like 'brake:%' and c.value ->> 'state' = 'open'
union all
select 1, 'webhook_silent', split_part(c.name, ':', 2) || ': ' || split_part(c.name, ':', 3), (c.value ->> 'changes')::bigint,
  case split_part(c.name, ':', 2)
    when 'plane' then 'Switch the webhook on in Plane: Workspace settings -> Webhooks'
    else 'Look at the automation rule in Odoo that calls the webhook'
  end
from plane.sync_cursor c
where c.name like 'silence:%' and not exists (
  select from plane.webhook_delivery d
  where d.source = split_part(c.name, ':', 2) and d.entity_type = split_part(c.name, ':', 3)
    and d.received_at > (c.value ->> 'since')::timestamptz
)
order by urgency, affected desc;

revoke all on plane.v_active_syncs, plane.v_pending_queue, plane.v_sync_stats, plane.v_dead_letters, plane.v_queue_health,
  plane.v_conflicts, plane.v_next_actions from anon, authenticated, service_role;
grant select on plane.v_active_syncs, plane.v_pending_queue, plane.v_sync_stats, plane.v_dead_letters, plane.v_queue_health,
  plane.v_conflicts, plane.v_next_actions to service_role;
