-- The unit is the code of today that a division lives on under, by the rule of `pipelines/gazetteer/index.py`, which
-- places reports: the successor that carries its name, or the one that took its place alone; else the code it had.
with names as (
    select
        *,
        coalesce(valid_from, 0) as first_year,
        coalesce(valid_to, 9999) as last_year,
        -- Older lists print the office of a subdistrict.
        case when division_name like '%街道办事处' then left(division_name, -3) else division_name end as unit_name,
        string_split(successor_codes, ';') as successors
    from {{ ref('stg_divisions') }}
),

today as (
    select
        division_code,
        unit_name
    from names
    where valid_to is null
),

begun as (
    select
        division_code,
        min(first_year) as first_year
    from names
    group by division_code
),

namesakes as (
    select
        names.division_code,
        names.first_year,
        min_by(today.division_code, list_position(names.successors, today.division_code)) as unit_code
    from names
    inner join today
        on list_contains(names.successors, today.division_code) and names.unit_name = today.unit_name
    group by names.division_code, names.first_year
),

lines as (
    select
        division_code,
        first_year,
        last_year,
        successors[1] as successor_code,
        lag(last_year) over (partition by successors[1] order by last_year, division_code, first_year)
            as last_year_before
    from names
    where valid_to is not null and len(successors) = 1
),

alone as (
    select successor_code
    from lines
    group by successor_code
    having bool_and(first_year > coalesce(last_year_before, -1))
),

replaced as (
    select
        lines.division_code,
        lines.first_year,
        lines.successor_code as unit_code
    from lines
    inner join alone on lines.successor_code = alone.successor_code
    inner join begun on lines.successor_code = begun.division_code
    where begun.first_year > lines.last_year
)

select
    names.division_code,
    names.division_name,
    names.level,
    names.valid_from,
    names.valid_to,
    case
        when names.valid_to is null then names.division_code
        else coalesce(namesakes.unit_code, replaced.unit_code, names.division_code)
    end as unit_code
from names
left join namesakes
    on names.division_code = namesakes.division_code and names.first_year = namesakes.first_year
left join replaced
    on names.division_code = replaced.division_code and names.first_year = replaced.first_year
