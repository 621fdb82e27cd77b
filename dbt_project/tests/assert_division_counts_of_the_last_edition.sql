-- The edition of 30 June 2023 lists 31 provinces, 342 prefectures, 2978 counties and 41352 townships; three provinces
-- (Hong Kong, Macao, Taiwan) are added to them. A new edition means new figures here.
with counted as (
    select
        level,
        count(*) as n_divisions
    from {{ ref('dim_division') }}
    where is_current
    group by level
),

expected (level, n_divisions) as (
    values ('province', 31 + 3), ('prefecture', 342), ('county', 2978), ('township', 41352)
)

select * from expected
except
select * from counted
