with columns as (
    select * from {{ ref('int_dictionary_columns') }}
)

select
    table_name,
    table_name_zh as name_zh,
    table_name_en as name_en,
    table_meaning_zh as meaning_zh,
    table_meaning_en as meaning_en,
    table_aggregate as aggregate,
    table_since as since,
    key_columns,
    example_query,
    count(*) as n_columns
from columns
group by all
