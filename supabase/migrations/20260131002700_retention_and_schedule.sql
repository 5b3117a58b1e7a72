-- Nothing grows for ever. A nudge every minute is the net under the webhook's own start of a drain, and what sweeps both sides.

-- Deletes what is past its time, at most p_batch rows of each kind, so that a run is short. Returns how many rows went.
create function plane.purge(p_batch integer default 10000, p_now timestamptz default clock_timestamp()) returns bigint
language plpgsql set search_path = '' as $$
declare
  v_total bigint := 0;
  v_count bigint;
begin
  -- Deliveries that nobody has processed are kept, however old.
  delete from plane.webhook_delivery d where d.id in (
    select o.id from plane.webhook_delivery o
    where o.received_at < p_now - interval '30 days' and o.status <> 'received'
      and not exists (select from plane.sync_queue q where q.observation_id = o.id)
    order by o.id limit p_batch
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  delete from plane.sync_log l where l.id in (
    select o.id from plane.sync_log o where o.created_at < p_now - interval '180 days' order by o.id limit p_batch
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  delete from ops.events e where e.id in (
    select o.id from ops.events o where o.category = 'plane-sync' and o.created_at < p_now - interval '90 days' limit p_batch
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  delete from plane.sync_run r where r.id in (
    select o.id from plane.sync_run o
    where o.created_at < p_now - interval '90 days' and o.finished_at < p_now - interval '90 days'
    order by o.created_at limit p_batch
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  delete from plane.sync_conflict c where c.id in (
    select o.id from plane.sync_conflict o
    where o.status <> 'open' and o.resolved_at < p_now - interval '180 days' limit p_batch
  );
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- A parent that has not come by now will find its children by their next change.
  delete from plane.sync_waiting w where w.created_at < p_now - interval '180 days';

  -- Who was parked by a configuration that was being changed at that moment would wait for ever.
  update plane.sync_queue q set next_attempt_at = p_now where q.id in (
    select o.id from plane.sync_queue o
    where o.status = 'pending' and o.next_attempt_at = 'infinity'
      and exists (
        select from plane.sync_config c
        where c.enabled and split_part(o.entity_key, ':', 1) in (c.plane_type, c.odoo_model)
      )
      and not exists (
        select from plane.sync_mappings m
        where m.status = 'paused' and (
          (m.plane_type = split_part(o.entity_key, ':', 1) and m.plane_id = split_part(o.entity_key, ':', 2))
          or (m.odoo_model = split_part(o.entity_key, ':', 1) and m.odoo_id = split_part(o.entity_key, ':', 2))
        )
      )
    order by o.id limit p_batch
    for update skip locked
  );
  return v_total;
end
$$;

-- Asks one of the functions to do something, over pg_net. Both its address and the key it asks for are Vault secrets, named here;
-- without them, or without Vault or pg_net, nothing happens and the answer is false. pg_net promises nothing: this is a nudge,
-- never a delivery.
create function plane.ask_function(p_url_secret text, p_key_secret text, p_query text) returns boolean
language plpgsql set search_path = '' as $$
declare
  v_url text;
  v_key text;
begin
  if to_regclass('vault.decrypted_secrets') is null or to_regnamespace('net') is null then
    return false;
  end if;
  execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_url using p_url_secret;
  execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_key using p_key_secret;
  if v_url is null or v_key is null then
    return false;
  end if;
  execute 'select net.http_post(url => $1, headers => $2, body => $3, timeout_milliseconds => 5000)'
    using v_url || p_query, jsonb_build_object('apikey', v_key, 'content-type', 'application/json'), '{}'::jsonb;
  return true;
end
$$;

-- Asks for a drain when something is due, or a backfill is not finished and nobody works at it, and not everything is paused.
create function plane.nudge() returns boolean
language plpgsql set search_path = '' as $$
begin
  if plane.is_paused() or not (
    exists (
      select from plane.sync_queue q
      where q.is_open and q.next_attempt_at <= clock_timestamp() and (q.status = 'pending' or q.lock_until <= clock_timestamp())
    ) or exists (
      select from plane.sync_run r
      where r.kind = 'backfill' and (r.status = 'queued' or (r.status = 'running' and r.lock_until <= clock_timestamp()))
    )
  ) then
    return false;
  end if;
  return plane.ask_function('plane_sync_url', 'plane_sync_cron_key', '?action=drain');
end
$$;

-- Asks for a sweep: the function knows which reader is due and which run is not finished. Not while everything is paused or
-- switched off.
create function plane.nudge_sweep() returns boolean
language plpgsql set search_path = '' as $$
begin
  if plane.is_paused() or not exists (select from plane.sync_config c where c.enabled) then
    return false;
  end if;
  return plane.ask_function('plane_sync_url', 'plane_sync_cron_key', '?action=sweep');
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;

-- A plain PostgreSQL has no pg_cron, and one that has it may not have it loaded or not for this database.
do $$
begin
  if exists (select from pg_catalog.pg_available_extensions where name = 'pg_cron')
    and current_setting('shared_preload_libraries') like '%pg_cron%'
    and coalesce(current_setting('cron.database_name', true), 'postgres') = current_database()
  then
    create extension if not exists pg_cron;
    perform cron.schedule('plane-sync-nudge', '* * * * *', 'select plane.nudge()');
    perform cron.schedule('plane-sync-sweep', '* * * * *', 'select plane.nudge_sweep()');
    perform cron.schedule('plane-sync-purge', '17 * * * *', 'select plane.purge()');
    perform cron.schedule('plane-sync-cron-history', '29 3 * * *',
      'delete from cron.job_run_details where end_time < now() - interval ''7 days''');
  else
    raise notice 'pg_cron is not available here: call ?action=drain and ?action=sweep every minute and plane.purge() every hour yourself';
  end if;
end
$$;
