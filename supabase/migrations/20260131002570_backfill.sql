-- What a backfill asks of the queue: hints by the page, some of which wait from the start, and how far the queue has come.

-- "What is left of this run": asked every second while one is at work. Webhooks belong to no run, so they do not pay for it, and
-- neither claiming nor settling changes the column.
create index sync_queue_run_idx on plane.sync_queue (run_id) where run_id is not null;

-- Leaves the hints of one page, as plane.leave_hint takes them, with waitsFor: [entity_key] besides. What has no partner yet and
-- is waited for keeps the hint back, so that a child is not made before its parent, nor anything before its match is decided;
-- who waits for a record is woken when that gets its partner. A row with other work is not kept back.
create function plane.leave_run_hints(p_hints jsonb, p_now timestamptz default clock_timestamp()) returns integer
language plpgsql set search_path = '' as $$
declare
  v_hint jsonb;
  v_waits text[];
  v_match jsonb;
  v_id uuid;
  v_key text;
  v_count integer := 0;
begin
  -- As in settling: first the locks of those who are waited for, then the rows that are there, each in one order.
  for v_key in
    select distinct w from jsonb_array_elements(p_hints) h, jsonb_array_elements_text(coalesce(h -> 'waitsFor', '[]')) w order by w
  loop
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));
  end loop;
  perform plane.lock_hinted(jsonb_build_array(jsonb_build_object('hints', p_hints)), '{}');

  for v_hint in select h from jsonb_array_elements(p_hints) h order by h #>> '{key,id}' loop
    v_waits := array(
      select w from jsonb_array_elements_text(coalesce(v_hint -> 'waitsFor', '[]')) w where not plane.has_partner(w)
    );
    -- Found before and not carried out yet: who looks again no longer sees that record among those without partner.
    select q.payload -> 'match_odoo_id' into v_match from plane.sync_queue q
    where q.entity_key = plane.entity_key(
      v_hint #>> '{key,side}', coalesce(v_hint #>> '{key,type}', v_hint #>> '{key,model}'), v_hint #>> '{key,id}'
    ) and q.is_open;
    if v_match is not null and not coalesce(v_hint -> 'payload' ? 'match_odoo_id', false) then
      v_hint := jsonb_set(v_hint, '{payload,match_odoo_id}', v_match);
    end if;
    v_id := plane.leave_hint(v_hint, p_now);
    v_count := v_count + 1;
    if cardinality(v_waits) > 0 then
      update plane.sync_queue q set next_attempt_at = p_now + interval '6 hours', last_error = 'waits_for_project'
      where q.id = v_id and q.status = 'pending' and q.last_delivery_id is null and q.last_attempt_at is null
      returning q.entity_key into v_key;
      if found then
        insert into plane.sync_waiting (entity_key, waits_for, created_at)
        select v_key, w, p_now from unnest(v_waits) w
        on conflict do nothing;
      end if;
    end if;
  end loop;
  return v_count;
end
$$;

-- Lets go what waited for p_hold, the decision about a project's matches: with the Odoo record it was found to belong to
-- (p_matches: entity key -> Odoo id), or not at all (p_dropped: nobody can tell which record is meant). Who has a parent without
-- partner goes on waiting for that.
create function plane.release_held(
  p_hold text, p_matches jsonb, p_dropped text[], p_now timestamptz default clock_timestamp()
) returns integer
language plpgsql set search_path = '' as $$
declare
  v_keys text[];
  v_key text;
  v_count integer;
begin
  for v_key in
    select distinct 'issue:' || (q.payload #>> '{observed,parent}') as parent
    from plane.sync_waiting w join plane.sync_queue q on q.entity_key = w.entity_key
    where w.waits_for = p_hold and q.payload #>> '{observed,parent}' is not null
    order by parent
  loop
    perform pg_advisory_xact_lock(hashtextextended(v_key, 0));
  end loop;
  perform q.id from plane.sync_queue q
  where q.entity_key in (select w.entity_key from plane.sync_waiting w where w.waits_for = p_hold)
  order by q.id for update;

  with gone as (
    delete from plane.sync_waiting w where w.waits_for = p_hold returning w.entity_key
  )
  select coalesce(array_agg(g.entity_key), '{}') into v_keys from gone g;

  -- What somebody else has hinted meanwhile has other work to do.
  delete from plane.sync_queue q
  where q.entity_key = any (v_keys) and q.entity_key = any (p_dropped) and q.status = 'pending' and q.last_attempt_at is null
    and q.last_delivery_id is null;

  insert into plane.sync_waiting (entity_key, waits_for, created_at)
  select q.entity_key, 'issue:' || (q.payload #>> '{observed,parent}'), p_now from plane.sync_queue q
  where q.entity_key = any (v_keys) and q.payload #>> '{observed,parent}' is not null
    and not plane.has_partner('issue:' || (q.payload #>> '{observed,parent}'))
  on conflict do nothing;

  update plane.sync_queue q set
    payload = q.payload || case
      when p_matches ? q.entity_key then jsonb_build_object('match_odoo_id', (p_matches ->> q.entity_key)::bigint) else '{}'
    end,
    next_attempt_at = case
      when q.status <> 'pending' or q.last_error is distinct from 'waits_for_project' then q.next_attempt_at
      when exists (select from plane.sync_waiting w where w.entity_key = q.entity_key) then q.next_attempt_at
      else p_now
    end
  where q.entity_key = any (v_keys);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
