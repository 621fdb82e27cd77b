-- 198 cells in the 2019 form (22 + 161 + 15), 200 in the 2021 form (10 + 175 + 15).
with counted as (
    select
        form_version,
        table_key,
        count(*) as n_cells
    from {{ ref('dim_form_cell') }}
    where form_version in ('F2019', 'F2021')
    group by form_version, table_key
),

expected (form_version, table_key, n_cells) as (
    values
    ('F2019', 't2', 22), ('F2019', 't3', 161), ('F2019', 't4', 15),
    ('F2021', 't2', 10), ('F2021', 't3', 175), ('F2021', 't4', 15)
)

select * from expected
except
select * from counted
