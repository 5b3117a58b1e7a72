-- What a dry run imagines, so that it goes on over many requests as the run itself does: a row for each thing, so that a request
-- writes only what it has added. The list of what would be written stays with the run; the rest goes when the run ends.

create table plane.sync_rehearsal (
  run_id uuid not null constraint sync_rehearsal_run_fkey references plane.sync_run (id) on delete cascade,
  part text not null,
  key text collate "C" not null,
  place integer not null,
  value json not null,
  -- By run and part, a page of the list of records in its order, or single things by their keys; also for what a run takes along.
  constraint sync_rehearsal_pkey primary key (run_id, part, key)
);
comment on table plane.sync_rehearsal is 'Records as a dry run imagines them; holds record contents, so it is for the functions only.';
comment on column plane.sync_rehearsal.part is 'What kind of thing: `record` is the list of what would be written, the others are the dry run''s memory.';
comment on column plane.sync_rehearsal.place is 'The order within a part in which things came.';

alter table plane.sync_rehearsal enable row level security;
revoke all on plane.sync_rehearsal from anon, authenticated, service_role;
grant select, insert, update, delete on plane.sync_rehearsal to service_role;
create policy sync_rehearsal_functions on plane.sync_rehearsal for all to service_role using (true) with check (true);

-- However a dry run ends, nobody goes on with what it imagined.
create function plane.forget_rehearsal() returns trigger
language plpgsql set search_path = '' as $$
begin
  delete from plane.sync_rehearsal r where r.run_id = new.id and r.part <> 'record';
  return null;
end
$$;

create trigger sync_run_forgets_rehearsal after update of status on plane.sync_run
  for each row when (new.dry_run and new.finished_at is not null and old.finished_at is null)
  execute function plane.forget_rehearsal();

revoke execute on all functions in schema plane from public, anon, authenticated;
grant execute on all functions in schema plane to service_role;
