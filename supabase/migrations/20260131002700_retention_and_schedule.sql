-- Nothing grows for ever, and a nudge every minute is the net under the webhook's own start of a drain.

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

  -- A parent that has not come by now will find its children by their next change.
  delete from plane.sync_waiting w where w.created_at < p_now - interval '180 days';

  -- Who was parked by a configuration that was being changed at that moment would wait for ever.
  update plane.sync_queue q set next_attempt_at = p_now where q.id in (
    select o.id from plane.sync_queue o
    where o.status = 'pending' and o.next_attempt_at = 'infinity'
      and exists (
        select from plane.sync_config c
        where c.enabled and c.direction <> 'odoo_to_plane' and c.plane_type = split_part(o.entity_key, ':', 1)
      )
      and not exists (
        select from plane.sync_mappings m
        where m.plane_type = split_part(o.entity_key, ':', 1) and m.plane_id = split_part(o.entity_key, ':', 2)
          and m.status = 'paused'
      )
    order by o.id limit p_batch
    for update skip locked
  );
  return v_total + v_count;
end
$$;

-- Asks the function to drain, when there is something due. The address and the cron key are two Vault secrets,
-- plane_sync_url and plane_sync_cron_key; without them, or without pg_net, nothing happens. pg_net promises nothing:
-- this is a nudge, never a delivery.
create function plane.nudge() returns boolean
language plpgsql set search_path = '' as $$
declare
  v_url text;
  v_key text;
begin
  if not exists (
    select from plane.sync_queue q
    where q.is_open and q.next_attempt_at <= clock_timestamp() and (q.status = 'pending' or q.lock_until <= clock_timestamp())
  ) then
    return false;
  end if;
  if to_regclass('vault.decrypted_secrets') is null or to_regnamespace('net') is null then
    return false;
  end if;
  execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_url using 'plane_sync_url';
  execute 'select decrypted_secret from vault.decrypted_secrets where name = $1' into v_key using 'plane_sync_cron_key';
  if v_url is null or v_key is null then
    return false;
  end if;
  execute 'select net.http_post(url => $1, headers => $2, body => $3, timeout_milliseconds => 5000)'
    using v_url || '?action=drain', jsonb_build_object('apikey', v_key, 'content-type', 'application/json'), '{}'::jsonb;
  return true;
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
    perform cron.schedule('plane-sync-purge', '17 * * * *', 'select plane.purge()');
    perform cron.schedule('plane-sync-cron-history', '29 3 * * *',
      'delete from cron.job_run_details where end_time < now() - interval ''7 days''');
  else
    raise notice 'pg_cron is not available here: call ?action=drain every minute and plane.purge() every hour yourself';
  end if;
end
$$;
