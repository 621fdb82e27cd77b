select * from {{ ref('stg_dictionary_columns') }}
