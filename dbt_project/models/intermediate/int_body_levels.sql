-- The level of a body: that of its division where it is placed, else that of the ending of its name.
with reports as (
    select * from {{ ref('int_reports') }}
),

body_types as (
    select * from {{ ref('body_types') }}
),

divisions as (
    select
        division_code,
        arg_max(level, last_year) as level
    from {{ ref('int_division_names') }}
    group by division_code
),

bodies as (
    select
        body_key,
        max(unit_name) as unit_name,
        max(division_code) as division_code
    from reports
    group by body_key
),

typed as (
    select
        bodies.body_key,
        body_types.body_type,
        body_types.level
    from bodies
    inner join body_types on ends_with(bodies.unit_name, body_types.suffix)
    qualify row_number() over (partition by bodies.body_key order by length(body_types.suffix) desc) = 1
)

select
    bodies.body_key,
    typed.body_type as name_type,
    typed.level as name_level,
    coalesce(divisions.level, typed.level) as body_level
from bodies
left join typed on bodies.body_key = typed.body_key
left join divisions on bodies.division_code = divisions.division_code
