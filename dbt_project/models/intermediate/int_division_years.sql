-- Lists are of 2015 and later; the nearest one tells of a year without a list, so that the first and last are marked.
with units as (
    select * from {{ ref('stg_divisions') }}
),

lists as (
    select
        least(min(valid_from) - 1, min(valid_to)) as first_list,
        greatest(max(valid_to) + 1, max(valid_from)) as last_list
    from units
),

listed as (
    select
        units.division_code,
        units.level,
        units.unit_code,
        unnest(generate_series(
            coalesce(units.valid_from, lists.first_list), coalesce(units.valid_to, lists.last_list)
        )) as list_year
    from units
    cross join lists
)

select
    listed.division_code,
    listed.level,
    listed.unit_code,
    cast(listed.list_year as integer) as list_year,
    cast(lists.first_list as integer) as first_list,
    cast(lists.last_list as integer) as last_list
from listed
cross join lists
