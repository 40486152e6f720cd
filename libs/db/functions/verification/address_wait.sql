-- Seconds until another code may be created for an address; 0 = now. 3 in ten minutes, 5 in an hour, 20 in a day. Also
-- 20 guesses a day: each code reserves its 5 tries while it is valid, and afterwards counts its wrong ones. So nobody's
-- guesses, on codes of their own, use up a try of a code that is already in the owner's mailbox. p_own: the request
-- whose code would be replaced.
create or replace function address_wait(p_mail text, p_own text) returns integer
language sql volatile as $$
  with codes as materialized (select * from address_codes(p_mail)),
  mails as (
    select t.at + w.period as free_at
    from (values (3, interval '10 minutes'), (5, interval '1 hour'), (20, interval '1 day')) w (most, period)
    cross join lateral (select created_at as at from codes order by created_at desc offset w.most - 1 limit 1) t
  ),
  moments as (
    select clock_timestamp() as at
    union
    select expires_at
    from codes
    where is_open
    union
    select created_at + interval '1 day'
    from codes
  ),
  guesses as (
    select min(m.at) as free_at
    from moments m
    where 15 >= (
      select coalesce(sum(case when is_open and expires_at > m.at and request_hash <> p_own then 5 else wrong end), 0)
      from codes
      where created_at + interval '1 day' > m.at
    )
  )
  select greatest(0, ceil(extract(epoch from max(free_at) - clock_timestamp())))::integer
  from (select free_at from mails union all select free_at from guesses) f
$$;
